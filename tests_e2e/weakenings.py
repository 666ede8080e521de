"""Shows that the tests can fail: each edit of `weakening_list.py` must turn its test red.

    python -m tests_e2e.weakenings           run all: first none (all green), then each (all red)
    python -m tests_e2e.weakenings --list    say which there are
    python -m tests_e2e.weakenings NAME ...  run these
    ... --browser chromium                   run in one browser instead of both

An edit is made in a scratch copy, never in the product, and only its promise's test runs there.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from .kit.browsers import NAMES
from .weakening_list import WEAKENINGS, Weakening

ROOT = Path(__file__).parent.parent
COPIED = ('app', 'auth', 'pages', 'tests_e2e', 'pyproject.toml')
# Red tests wait this long for what never comes; the run without any edit is as impatient.
PATIENCE_MS = 8_000


def main() -> int:
    """Run the command line; return 0 if the tests told every weakening from none."""
    parser = argparse.ArgumentParser(prog='python -m tests_e2e.weakenings', description=__doc__)
    parser.add_argument('names', nargs='*', metavar='NAME')
    parser.add_argument('--list', action='store_true', help='say which there are')
    parser.add_argument('--browser', choices=NAMES, help='run in this one only')
    arguments = parser.parse_args()
    chosen = [w for w in WEAKENINGS if w.name in arguments.names or not arguments.names]
    if unknown := set(arguments.names) - {weakening.name for weakening in chosen}:
        parser.error(f'unknown: {", ".join(sorted(unknown))}')
    if arguments.list:
        for weakening in chosen:
            print(f'{weakening.promise:<4} {weakening.name:<32} {weakening.test}')
        return 0
    failures = [_say('nothing weakened', all_green(chosen, arguments.browser), 'green')]
    for weakening in chosen:
        label = f'{weakening.promise} {weakening.name}'
        failures.append(_say(label, is_red(weakening, arguments.browser), 'red'))
    print(f'{len(failures) - sum(failures)} passed, {sum(failures)} failed')
    return int(any(failures))


def all_green(weakenings: list[Weakening], browser: str | None) -> bool:
    """Run the tests on an unchanged copy; print what those that fail say."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = _copy_to(Path(scratch))
        together = defaultdict(set)
        for weakening in weakenings:
            # NiceGUI's asynchronous tests (pages/) cannot share a process with the browsers'.
            folder = Path(weakening.test_path).parts[0]
            together[folder, *_options(weakening, browser)].add(weakening.test_path)
        runs = [
            _run_tests(copy, sorted(tests), options) for (_, *options), tests in together.items()
        ]
    red = [run.stdout for run in runs if run.returncode != 0]
    print(*red, sep='\n', end='')
    return not red


def is_red(weakening: Weakening, browser: str | None) -> bool:
    """Run a weakening's test on a copy with that edit; say if it failed in each of its variants.

    Raises `ValueError` if the text to be replaced is not there exactly once.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = _copy_to(Path(scratch))
        file = copy / weakening.file
        content = file.read_text(encoding='utf-8')
        if content.count(weakening.find) != 1:
            raise ValueError(f'{weakening.name}: the text to replace is not there exactly once.')
        file.write_text(content.replace(weakening.find, weakening.replace), encoding='utf-8')
        output = _run_tests(copy, [weakening.test_path], _options(weakening, browser)).stdout
    # "2 failed in 9.1s": nothing passed, nothing was left out, nothing broke before it was tested.
    return re.search(r'^\d+ failed in ', output, re.MULTILINE) is not None


def _options(weakening: Weakening, browser: str | None) -> list[str]:
    """Choose the variants of its test, in the browser asked for unless it needs a certain one."""
    browser = weakening.browser or browser
    return ['-k', weakening.only, *(['--browser', browser] if browser else [])]


def _copy_to(scratch: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, scratch / name)
    return scratch


def _run_tests(
    folder: Path, tests: Iterable[str], options: Iterable[str]
) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy against the copy: the working folder comes first on Python's path."""
    command = [sys.executable, '-m', 'pytest', '-q', '-n', '2']
    return subprocess.run(
        [*command, *options, *tests],
        cwd=folder,
        env=os.environ | {'E2E_PATIENCE_MS': str(PATIENCE_MS)},
        capture_output=True,
        text=True,
        check=False,
    )


def _say(label: str, is_as_expected: bool, expected: str) -> bool:
    """Print a line; return whether it is a failure."""
    verdict = expected if is_as_expected else f'NOT {expected}'
    print(f'{label:<40} {verdict}', flush=True)
    return not is_as_expected


if __name__ == '__main__':
    sys.exit(main())
