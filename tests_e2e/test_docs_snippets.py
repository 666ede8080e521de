"""What the documents show as code is run, as it stands there.

The snippets of `docs/testing-tabs.md` are the tests of this file; the README's program is started, and
so are the commands and the service of `docs/resource-server.md`, the calls and the page of
`docs/http.md`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from auth import TOKEN_HOLDER_PATH

from .program.bare import SIGN_UP
from .program.other_programs import free_port, running_program
from .program.people import Person, press
from .program.resource_server import FINE, ask, running_resource_server
from .program.server import Server, running_server
from .program.wire import WireBrowser

pytestmark = pytest.mark.one_browser
README = Path(__file__).parent.parent / 'README.md'
CALLS = Path(__file__).parent.parent / 'docs' / 'http.md'
SERVICE = Path(__file__).parent.parent / 'docs' / 'resource-server.md'
PAGE = Path(__file__).parent.parent / 'docs' / 'testing-tabs.md'


def python_of(markdown: str) -> str:
    """Blank out all but the Python blocks, so that each line of code keeps its number."""
    is_code = False
    lines = []
    for line in markdown.splitlines():
        is_code = is_code or line == '```python'
        lines.append(line if is_code and not line.startswith('```') else '')
        is_code = is_code and line != '```'
    return '\n'.join(lines)


SOURCE = python_of(PAGE.read_text(encoding='utf-8'))
exec(compile(SOURCE, PAGE, 'exec'))


def test_every_snippet_is_run() -> None:
    """Each block of the page but the first, which imports, has become a test of this module."""
    blocks = PAGE.read_text(encoding='utf-8').count('```python')
    named = re.findall(r'^def (test_\w+)\(', SOURCE, re.MULTILINE)

    assert len(named) == blocks - 1 > 0
    assert set(named) <= globals().keys()


def test_readmes_program_works(tmp_path: Path, tabs: Callable[[], Page], person: Person) -> None:
    """A person registers there, sees the private page, and its button works."""
    port, tab = free_port(), tabs()
    source = python_of(README.read_text(encoding='utf-8')).replace('8080', port)
    (tmp_path / 'notes.py').write_text(source, encoding='utf-8')
    environment = {'PATH': os.environ['PATH'], 'PYTHONPATH': str(README.parent)}

    with running_program(['notes.py'], port, folder=tmp_path, environment=environment) as url:
        tab.goto(f'{url}/register')
        person.fill_register_form(tab)
        press(tab, 'Create account')
        expect(tab.get_by_text(f'Notes of {person.name}: 1')).to_be_visible()
        expect(tab).to_have_title('Notes')
        expect(tab.get_by_role('link', name='Notes')).to_have_count(2)  # the brand, and the page
        tab.get_by_role('button', name='Delete all').click()
        expect(tab.get_by_text(f'Notes of {person.name}: 0')).to_be_visible()
        tab.wait_for_function("auth.fetch('/api/notes').then(r => r.json()).then(n => !n.length)")
        assert tab.request.get(f'{url}/api/notes').status == 401
        policy = tab.request.get(f'{url}/notes').headers['content-security-policy']
        assert "frame-ancestors 'none'" in policy


def test_kit_works_in_a_project_of_ones_own(tmp_path: Path) -> None:
    """The page's conftest and tests run beside a copy of the kit, with the README's program."""
    tests = tmp_path / 'tests'
    shutil.copytree(PAGE.parent.parent / 'tests_e2e' / 'kit', tests / 'kit')
    conftest, test = re.findall(r'```py\n(.*?)```', PAGE.read_text(encoding='utf-8'), re.DOTALL)
    for path, source in {
        'notes.py': python_of(README.read_text(encoding='utf-8')),
        'tests/__init__.py': '',
        'tests/conftest.py': conftest,
        'tests/test_tabs.py': test,
    }.items():
        (tmp_path / path).write_text(source, encoding='utf-8')

    leave_nothing = ['-p', 'no:cacheprovider', f'--basetemp={tmp_path / "temporary"}']
    run = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', *leave_nothing],
        cwd=tmp_path,
        env={'PATH': os.environ['PATH'], 'PYTHONPATH': str(README.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout


@pytest.mark.skipif(shutil.which('curl') is None, reason='there is no curl here')
def test_calls_by_hand_work(tmp_path: Path) -> None:
    """A shell registers, refreshes, asks, logs out, and is told that the session has ended."""
    (script,) = re.findall(r'```sh\n(.*?)```', CALLS.read_text(encoding='utf-8'), re.DOTALL)
    port = free_port()

    with running_server(tmp_path, '--port', port):
        shell = ['sh', '-c', script.replace('8000', port)]
        run = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=False)

    registered, me, over_graphql, logged_out, end = map(as_json, run.stdout.splitlines())
    assert registered['outcome'] == 'started', run.stderr
    assert me['user']['name'] == over_graphql['data']['me']['message'].split()[1][:-1] == 'Grace'
    assert over_graphql['data']['sessions'] == [{'browser': 'curl', 'isThisDevice': True}]
    assert logged_out is None
    assert (end['code'], end['reason']) == ('session_ended', 'logout')


def test_page_without_nicegui_works(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """The page of the snippet hears who signs in; the elements that set it up are those it reads."""
    (html,) = re.findall(r'```html\n(.*?)```', CALLS.read_text(encoding='utf-8'), re.DOTALL)
    html = html.replace('TOKEN_HOLDER_PATH', TOKEN_HOLDER_PATH)
    tab = tabs()
    tab.route('**/own', lambda route: route.fulfill(body=html, content_type='text/html'))
    tab.goto(f'{server.url}/own')
    tab.wait_for_function('globalThis.auth?.state === "signed-out"')

    with tab.expect_console_message(lambda message: message.text.startswith('signed-in')):
        tab.evaluate(SIGN_UP, [person.name, person.email, person.password])

    settings = re.findall(r'^\| `(auth-\w+)`', CALLS.read_text(encoding='utf-8'), re.MULTILINE)
    start = (CALLS.parent.parent / 'auth' / 'browser' / 'start.js').read_text(encoding='utf-8')
    assert set(settings) == set(re.findall(r'setting\("([\w-]+)"\)', start))


def as_json(line: str) -> Any:
    """Return what an answer says; `None` for an empty one."""
    return json.loads(line) if line else None


def test_commands_of_the_service_work(tmp_path: Path) -> None:
    """Both programs start as written, and the service takes a token; so does that of the snippet."""
    markdown = SERVICE.read_text(encoding='utf-8')
    ports = {'8000': free_port(), '8001': free_port()}
    for port, free in ports.items():
        markdown = markdown.replace(port, free)
    (console,) = re.findall(r'```console\n(.*?)```', markdown, re.DOTALL)
    first, second = (shlex.split(line)[3:] for line in console.splitlines())
    (tmp_path / 'service.py').write_text(python_of(markdown), encoding='utf-8')

    with running_server(tmp_path, *first, '--port', ports['8000']) as server:
        browser = WireBrowser(server)
        browser.register()
        with running_resource_server(tmp_path, *second[1:], '--port', ports['8001']) as service:
            assert service.ask(browser.access_token) == FINE
        program = subprocess.Popen(
            [sys.executable, 'service.py'],
            cwd=tmp_path,
            env={'PATH': os.environ['PATH'], 'PYTHONPATH': str(README.parent)},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert any('running on' in line for line in program.stderr or [])
            said = ask(f'http://127.0.0.1:{ports["8001"]}/api/hello', browser.access_token)
            assert said == FINE
        finally:
            program.terminate()
            program.wait()
