"""`python -m tests_e2e.checklist`: run every test that shows a line of the security checklist, and
write the table of `docs/security.md` from their results.

A test names its lines by a marker, as in `@pytest.mark.checklist('V3.3.1')`. The ids are those of
OWASP ASVS 5.0 unless they say otherwise.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parent.parent
PAGE = ROOT / 'docs' / 'security.md'
BEGIN, END = '<!-- checklist: begin -->\n', '<!-- checklist: end -->\n'
# The browser's tests cannot share a process with NiceGUI's, whose tests are asynchronous.
RUNS = (('auth', 'app'), ('pages',), ('tests_e2e',))

LINES = {
    'V1.3.7': "a user's name is text on every page, even where Vue would run it",
    'V3.3.1': 'every cookie is Secure and has a prefix; NiceGUI sets none',
    'V3.3.2': 'the refresh cookie: HttpOnly, SameSite=Strict, Path=/, no Domain',
    'V3.4.1': 'HSTS under https, and only there',
    'V3.4.2': 'CORS: listed origins exactly, nobody else',
    'V3.4.3': 'CSP with a fresh nonce; injected scripts do not run',
    'V3.4.4': 'nosniff, on all routes',
    'V3.4.5': 'Referrer-Policy: addresses are told to nobody else',
    'V3.4.6': 'frame-ancestors: no other site shows our pages inside its own',
    'V3.4.8': 'COOP and CORP: no other site gets hold of our windows or answers',
    'V3.5.1': 'state changes from other sites or without an origin are refused',
    'V3.5.3': 'GET changes nothing',
    'V4.4.2': 'the socket takes handshakes of its own origin only',
    'V4.4.3': 'an unbound page does nothing; a ticket is for one page, one session, one use, 30 s',
    'V8.3.1': 'who may call what: a table with a line for every route',
    'V6.2.1': 'passwords: 15 characters at least, as people count them; over 1024 refused fast',
    'V6.2.4': 'common passwords and context words are refused, with the reason',
    'V6.2.5': 'no composition rules',
    'V6.2.6': 'real forms: labels, autocomplete, paste, a show button by keyboard (WCAG 3.3.8, 1.3.5)',
    'V6.2.8': 'passwords are verified as typed, after NFC on both sides',
    'V6.3.1': 'throttling per account and per address, with no permanent lock-out',
    'V6.3.8': 'unknown user, wrong password, disabled: the same answer for the same work',
    'V7.2.3': '128 random bits behind each token; the database stores nothing presentable',
    'V7.2.4': "a login makes a new session and ends the jar's; a planted token is not adopted",
    'V7.3.1': 'idle and absolute limits; a silent refresh counts as use',
    'V7.4.1': 'an ended session kills access tokens and pages at once',
    'V7.4.2': 'sessions are listed and ended; a password change ends the others (V7.5.1-2)',
    'V9.1.1': 'forged signatures, algorithms and embedded keys are refused',
    'V9.2.1': 'every claim is demanded and checked, the token type too',
    'V10.4.4': 'no OAuth password grant',
    'V10.4.5': 'refresh tokens rotate; a replay ends the session',
    'V11.4.2': "argon2id at OWASP's figures, off the event loop, renewed when they rise",
    'V13.4.5': 'no API pages, no Server header, no version',
    'V14.1.1': 'claims come from an allowlist; nothing personal in a token',
    'V14.3.2': 'no-store on every page and answer',
    'V15.3.3': 'unknown fields are refused',
    'V16.2.5': 'no secret in any log, trace or output',
    'V16.3.1': 'one structured event for everything that matters',
    'V16.4.1': 'a line break in a value makes no second line',
    'V16.5.1': 'a refusal echoes no input; a crash shows nothing of its cause',
    '63B 5.1': 'without "stay signed in" the cookie has no age; the server decides in any case',
    'kid': 'an unknown, missing or strange key id is refused without more work',
    'keys': 'EdDSA keys, made at first start, owner-only, rotated without a sign-out',
    'WCAG 2.2.1': 'the end of a session is announced, and says why',
}


@dataclass(frozen=True)
class MarkedTest:
    """A test and the lines that it shows."""

    file: str
    name: str
    ids: tuple[str, ...]


def marked_tests() -> Iterator[MarkedTest]:
    """Find them in the source, file by file, methods of classes included."""
    for folder in (folder for run in RUNS for folder in run):
        for path in sorted((ROOT / folder).rglob('test_*.py')):
            module = ast.parse(path.read_text(encoding='utf-8'))
            file = path.relative_to(ROOT).as_posix()
            of_all = [one for node in module.body if _is_pytestmark(node) for one in _ids(node)]
            for node in ast.walk(module):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_test(node):
                    own = [one for decorator in node.decorator_list for one in _ids(decorator)]
                    if of_all or own:
                        yield MarkedTest(file, node.name, (*of_all, *own))


def _is_test(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return function.name[:5] == 'test_'


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == 'pytestmark'


def _ids(node: ast.AST) -> list[str]:
    """Return the arguments of every `pytest.mark.checklist(...)` in it."""
    return [
        ast.literal_eval(argument)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == 'pytest.mark.checklist'
        for argument in call.args
    ]


def table(results: dict[tuple[str, str], bool] | None) -> str:
    """Return the table: each line, its tests, and whether all of them passed, if they have run."""
    by_id = defaultdict(list)
    for test in marked_tests():
        for one in test.ids:
            by_id[one].append(test)
    rows = ['| id | promise | tests | result |\n|---|---|---|---|\n']
    for one, promise in LINES.items():
        tests = by_id[one]
        names = '<br>'.join(f'`{test.file}::{test.name}`' for test in tests)
        passed = results is not None and all(results.get((t.file, t.name)) for t in tests)
        verdict = 'passed' if passed and tests else 'FAILED'
        rows.append(f'| {one} | {promise} | {names} | {verdict} |\n')
    return ''.join(rows)


def main() -> int:
    """Run the tests and write the page; return 0 if all passed."""
    results: dict[tuple[str, str], bool] = {}
    for run in RUNS:
        results |= _run(run)
    text = PAGE.read_text(encoding='utf-8')
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    written = table(results)
    PAGE.write_text(f'{before}{BEGIN}{written}{END}{after}', encoding='utf-8')
    print(f'{len(LINES)} lines, {len(results)} tests; see docs/security.md')
    return int('FAILED' in written)


def _run(folders: tuple[str, ...]) -> dict[tuple[str, str], bool]:
    """Run the marked tests of some folders; say of each whether all its variants passed."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / 'report.xml'
        subprocess.run(
            [
                sys.executable,
                '-m',
                'pytest',
                '-q',
                '-m',
                'checklist',
                f'--junitxml={report}',
                *folders,
            ],
            cwd=ROOT,
            check=False,
        )
        cases = list(ET.parse(report).getroot().iter('testcase'))
    results: dict[tuple[str, str], bool] = {}
    for case in cases:
        file = '/'.join(part for part in case.attrib['classname'].split('.') if part[:4] != 'Test')
        key = (f'{file}.py', case.attrib['name'].partition('[')[0])
        passed = not {child.tag for child in case} & {'failure', 'error', 'skipped'}
        results[key] = results.get(key, True) and passed
    return results


if __name__ == '__main__':
    sys.exit(main())
