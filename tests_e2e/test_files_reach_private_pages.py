"""P14: what a person uploads reaches the own private page; what a stranger sends there does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Playwright, expect

from .kit.tabs import OpenTab
from .program.files_page import PATH
from .program.other_programs import free_port, running_program
from .program.people import Person
from .program.server import ROOT, scrubbed_environment


def file(name: str) -> FilePayload:
    """A small file, as the chooser of a browser gives it."""
    return {'name': name, 'mimeType': 'text/plain', 'buffer': b'all is well'}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Where an app is that takes files."""
    port, environment = free_port(), scrubbed_environment(tmp_path)
    command = ['-m', 'tests_e2e.program.files_page', port, str(tmp_path)]
    with running_program(command, port, folder=ROOT, environment=environment) as url:
        yield url


def test_files_reach_private_pages(
    url: str, tabs: OpenTab, person: Person, playwright: Playwright
) -> None:
    """The browser needs to do nothing special; a program that knows the page's id is refused."""
    tab = tabs()
    tab.goto(f'{url}/register')
    person.fill_register_form(tab)
    tab.get_by_role('button', name='Create account').click()
    chooser = tab.locator('input[type=file]')
    with tab.expect_request('**/upload/*') as sent:
        chooser.set_input_files(file('report.txt'))
    expect(tab.get_by_text(f'report.txt of {person.name}: all is well')).to_be_visible()

    assert tab.url == url + PATH
    headers = {'Origin': url, 'X-Requested-With': 'a stranger'}
    stranger = playwright.request.new_context(extra_http_headers=headers)
    answer = stranger.post(sent.value.url, multipart={'file': file('forged.txt')})
    assert answer.status == 403
    stranger.dispose()
    chooser.set_input_files(file('second.txt'))
    expect(tab.get_by_text(f'second.txt of {person.name}')).to_be_visible()
    expect(tab.get_by_text('forged.txt')).to_have_count(0)
