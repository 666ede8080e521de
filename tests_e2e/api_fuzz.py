"""`python -m tests_e2e.api_fuzz`: let Schemathesis try the HTTP interface against its own document.

    ... --seconds 600    for so long

All its checks are on: no 5xx, no answer that the document does not name, no call that works without
its token. It is not installed with the tests: `pipx install schemathesis` first.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from auth import CLIENT_HEADER
from tests_e2e.benchmarks.processes import serving

from .program.people import Person
from .program.server import ROOT

EXAMPLES = 200  # of each call, with each seed
# Schemathesis holds what its schema allows for right. Passwords have rules that no schema can say. And
# what is both wrong and too large it wants refused, but does not count 413 as a refusal.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429"]
"""
# It logs out all the time: sign in again, as somebody new, before a token or a session is over.
HOOKS = """
import json, urllib.request, uuid
import schemathesis

URL, HEADERS = {url!r}, {headers!r}
PASSWORD = {password!r}

@schemathesis.auth(refresh_interval=1)
class SignedIn:
    def get(self, case, context):
        form = dict(name='Fuzz', email=f'{{uuid.uuid4().hex}}@example.com', password=PASSWORD)
        request = urllib.request.Request(
            URL + '/auth/register', json.dumps(form).encode(), HEADERS, method='POST')
        with urllib.request.urlopen(request) as answer:
            cookie = answer.headers['Set-Cookie'].partition(';')[0]
            return json.load(answer)['access_token'], cookie

    def set(self, case, data, context):
        case.headers = case.headers or {{}}
        case.headers['Authorization'] = f'Bearer {{data[0]}}'
        case.headers['Cookie'] = data[1]
"""
NO_THROTTLE = [
    f'--{name}=1000000'
    for name in (
        'failures-per-account',
        'failures-per-address',
        'registrations-per-hour',
        'refused-refreshes-per-hour',
    )
]


def main() -> int:
    """Run the command line; return what Schemathesis returns."""
    parser = argparse.ArgumentParser(
        prog='python -m tests_e2e.api_fuzz',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--seconds', type=int, default=600, help='how long to go on')
    seconds: int = parser.parse_args().seconds
    program = shutil.which('schemathesis')
    if program is None:
        sys.exit('There is no schemathesis here: pipx install schemathesis')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        options = ['--port=0', f'--data-dir={folder / "data"}', '--log-level=warning']
        with serving('app', folder / 'server', *options, *NO_THROTTLE) as server:
            options = _prepare(folder, server.url)
            return _run_until(time.monotonic() + seconds, [program, *options], folder)


def _run_until(end: float, command: list[str], folder: Path) -> int:
    """Run with one seed after another until the time is over, or something is found."""
    environment = os.environ | {'SCHEMATHESIS_HOOKS': 'hooks'}
    for seed in itertools.count(1):
        run = [*command, '--seed', str(seed)]
        code = subprocess.run(run, cwd=folder, env=environment, check=False).returncode
        if code or time.monotonic() > end:
            return code
    raise AssertionError


def _prepare(folder: Path, url: str) -> list[str]:
    """Write the document, the settings and the hooks; return the options that name them."""
    document = subprocess.run(
        [sys.executable, '-m', 'app', 'openapi'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    headers = {'Origin': url, CLIENT_HEADER: 'fuzz', 'Content-Type': 'application/json'}
    hooks = HOOKS.format(url=url, headers=headers, password=Person().password)
    for name, text in {'openapi.json': document, 'hooks.py': hooks, 'config.toml': CONFIG}.items():
        (folder / name).write_text(text, encoding='utf-8')
    given = [f'-H{name}: {value}' for name, value in headers.items() if name != 'Content-Type']
    run = ['--config-file', 'config.toml', 'run', 'openapi.json', '--max-examples', str(EXAMPLES)]
    return [*run, '--continue-on-failure', '--url', url, *given]


if __name__ == '__main__':
    sys.exit(main())
