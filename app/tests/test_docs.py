"""What the README and docs/ say is so."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .program import ROOT, environment, run

README = (ROOT / 'README.md').read_text(encoding='utf-8')
SHELL_SCRIPT = re.compile(r'```sh\n.*?```', re.DOTALL)  # is run by tests_e2e/test_docs_snippets.py
CONSOLE = '\n'.join(re.findall(r'```console\n(.*?)```', README, re.DOTALL))


def test_first_command_is_on_the_first_screen() -> None:
    """Somebody who opens the page sees what to type without scrolling."""
    lines = README.splitlines()

    assert next(i for i, line in enumerate(lines, 1) if line.startswith('make demo')) <= 15


@pytest.mark.parametrize('target', sorted(set(re.findall(r'`?make ([\w-]+)', README)) - {'are'}))
def test_make_target_of_the_readme_exists(target: str) -> None:
    """Make knows how to do each thing that the README tells people to type."""
    command = ['make', '--dry-run', target]

    assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def documents() -> list[Path]:
    return [ROOT / 'README.md', *(ROOT / 'docs').glob('*.md')]


def test_options_of_the_docs_exist(tmp_path: Path) -> None:
    """No option that a document names has been renamed since."""
    commands = [[], ['two-origins'], ['resource-server']]
    others = ['tests_e2e.api_fuzz', 'pytest']
    help_text = ''.join(run(tmp_path, *command, '--help').stdout for command in commands) + ''.join(
        subprocess.run(
            [sys.executable, '-m', other, '--help'],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for other in others
    )

    for document in documents():
        text = SHELL_SCRIPT.sub('', document.read_text(encoding='utf-8'))
        options = set(re.findall(r'(?<= |`)--[\w-]+(?![\w:-])', text))
        unknown = {option for option in options - {'--help'} if option not in help_text}
        assert not unknown, document.name


def test_modules_of_the_docs_can_be_run() -> None:
    """Each `python -m` of a document is written as one types it, and names what is there."""
    for document in documents():
        text = document.read_text(encoding='utf-8')
        commands = re.findall(r'(\S*python) -m ([\w.]+)', text)
        for program, module in commands:
            assert program.strip('`') in {'.venv/bin/python', '.venv\\Scripts\\python'}, (
                document.name
            )
            assert importlib.util.find_spec(module), f'{document.name}: {module}'


def test_commands_without_make_are_those_of_make() -> None:
    """The lines for Windows name modules and paths that are there."""
    modules = re.findall(r'-m (app|tests_e2e[.\w]+|pytest \w+(?: \w+)*)', CONSOLE)

    assert modules == [
        'app',
        'tests_e2e.kit.browsers',
        'pytest auth app',
        'pytest pages',
        'pytest tests_e2e',
    ]
    for module in modules:
        for place in module.removeprefix('pytest ').split():
            path = ROOT / place.replace('.', '/')
            assert path.exists() or path.with_suffix('.py').exists()


def test_files_named_in_the_docs_exist() -> None:
    """Every test and module that the README or docs/ mention by name is found."""
    for document in documents():
        text = document.read_text(encoding='utf-8')
        for name in re.findall(r'`([\w/]+\.(?:py|js))`', text):
            assert list(ROOT.glob(name)) or list(ROOT.glob(f'tests_e2e/{name}')), name


def test_tests_named_in_the_docs_exist() -> None:
    """Each `file.py::test_name` that a document answers with is there, in that file."""
    named = 0
    for document in documents():
        text = document.read_text(encoding='utf-8')
        for file, test in re.findall(r'`([\w/]+\.py)::(\w+)`', text):
            named += 1
            path = ROOT / file if '/' in file else ROOT / 'tests_e2e' / file
            assert f'def {test}(' in path.read_text(encoding='utf-8'), f'{file}::{test}'

    assert named


def test_login_path_is_short() -> None:
    """From `/login` to the stored hash: at most 9 files, at most 500 lines, docstrings included."""
    table = (ROOT / 'docs' / 'login-path.md').read_text(encoding='utf-8')
    files = re.findall(r'^\| `(\S+)`', table, re.MULTILINE)

    assert files[0] == 'pages/login.py'
    assert len(files) <= 9
    assert sum(len((ROOT / file).read_text(encoding='utf-8').splitlines()) for file in files) <= 500


def test_tests_of_routes_pass(tmp_path: Path) -> None:
    """The file that docs/http.md shows for one's own routes, saved and run as it says."""
    page = (ROOT / 'docs' / 'http.md').read_text(encoding='utf-8')
    (snippet,) = re.findall(r'```python\n(.*?)```', page, re.DOTALL)
    (tmp_path / 'test_notes.py').write_text(snippet)

    leave_nothing = ['-p', 'no:cacheprovider', f'--basetemp={tmp_path / "temporary"}']
    command = [sys.executable, '-m', 'pytest', '-q', *leave_nothing, 'test_notes.py']
    result = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert '2 passed' in result.stdout, result.stdout + result.stderr
