"""P8: reload, close or crash during a refresh never signs out; nor does an answer that got lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from .kit.auth_trace import expect_trace, traced, wait_for_trace
from .program.people import Person
from .program.server import Server

REFRESH = '/auth/refresh'
LATE_SECONDS = 1.5


@pytest.fixture
def tab(tabs: Callable[[], Page], either_server: Server, person: Person) -> Page:
    """A tab in which the person has just registered."""
    tab = tabs()
    person.join(tab, either_server.url)
    return tab


def refresh_until_committed(tab: Page, server: Server) -> None:
    """Begin a refresh, and return when the server has rotated but not answered."""
    session = tab.evaluate('auth.session.id')
    came_with = len(traced(tab, 'refresh.rotated'))
    before = server.refreshes(session, at_least=came_with)['rotated']
    server.order(REFRESH, 'delay_answer', seconds=LATE_SECONDS)
    tab.evaluate('void auth.refresh()')
    server.wait_for('refresh_rotated', before + 1, session=session)


@pytest.mark.one_database
def test_reload_between_rotation_and_answer(
    tab: Page, either_server: Server, person: Person
) -> None:
    """The page that asked is gone when the new cookie comes."""
    refresh_until_committed(tab, either_server)

    tab.reload()

    person.sees_dashboard(tab)
    assert not traced(tab, 'refresh.refused')


@pytest.mark.one_database
def test_close_between_rotation_and_answer(
    tab: Page, tabs: Callable[[], Page], either_server: Server, person: Person
) -> None:
    """The only tab is closed; one opened at once comes back signed in."""
    refresh_until_committed(tab, either_server)
    tab.close()

    reopened = tabs()
    reopened.goto(f'{either_server.url}/dashboard')

    person.sees_dashboard(reopened)
    assert not traced(reopened, 'refresh.refused')


@pytest.mark.one_database
def test_crash_puts_back_an_older_cookie(
    tab: Page, new_context: Callable[..., BrowserContext], either_server: Server, person: Person
) -> None:
    """A browser that crashed starts with the cookies it had saved: those before the last refresh."""
    saved: Any = tab.context.storage_state()
    with expect_trace(tab, 'refresh.rotated'):
        tab.evaluate('auth.refresh()')
    tab.context.close()

    restarted = new_context(storage_state=saved).new_page()
    restarted.goto(f'{either_server.url}/dashboard')

    person.sees_dashboard(restarted)
    restarted.reload()
    person.sees_dashboard(restarted)


def test_lost_answer_is_asked_for_again(tab: Page, either_server: Server, person: Person) -> None:
    """The connection breaks after the server has rotated: the same question gets the same answer.

    Measured: both browsers ask again by themselves if an old connection breaks, three times at least;
    the token holder does so when they give up.
    """
    either_server.order(REFRESH, 'drop')

    tab.evaluate('void auth.refresh()')

    wait_for_trace(tab, 'refresh.overlapped')
    person.sees_dashboard(tab)
