"""P5 and P10 where people have switched cookies off, and with them all that a site may keep."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .kit.auth_trace import traced
from .kit.lacking import switch_site_data_off, without_site_data
from .kit.tabs import OpenTab
from .program.bare import join_bare, open_bare
from .program.people import Person, press
from .program.server import Server

FIREFOX_KEEPS_NO_COOKIES = {'network.cookie.cookieBehavior': 2}
SENTENCE = 'This browser keeps no cookies'


@pytest.fixture
def forgetful_tab(browser_name: str, tabs: OpenTab, firefox_tab: Callable[..., Page]) -> Page:
    """A tab of a browser that keeps nothing: Firefox by its own preference, Chromium by simulation.

    Chromium has no such switch but in its settings, which its headless shell does not read.
    """
    if browser_name == 'chromium':
        tab = tabs()
        without_site_data(tab)
        return tab
    return firefox_tab(FIREFOX_KEEPS_NO_COOKIES)


def test_page_says_that_cookies_are_off(
    forgetful_tab: Page, tabs: OpenTab, server: Server, person: Person
) -> None:
    """No waiting for ever, though NiceGUI does not start there; and no sign-in until the next load."""
    other = tabs()
    other.goto(f'{server.url}/login')
    expect(other.get_by_role('button', name='Sign in')).to_be_visible()
    expect(other.get_by_text(SENTENCE)).to_be_hidden()

    asked: list[str] = []
    forgetful_tab.on('request', lambda request: asked.append(urlsplit(request.url).path))
    forgetful_tab.goto(f'{server.url}/login')

    expect(forgetful_tab.get_by_text(f'{SENTENCE} and site data')).to_be_visible()
    expect(forgetful_tab.get_by_text('One moment')).to_be_hidden()
    person.fill_login_form(forgetful_tab)
    press(forgetful_tab, 'Sign in')
    expect(forgetful_tab.get_by_text('Nothing was sent')).to_be_visible()
    assert '/auth/refresh' in asked
    assert '/auth/login' not in asked


@pytest.mark.one_browser
def test_refused_lock_is_no_lost_network(tabs: OpenTab, server: Server) -> None:
    """The refresh goes out without a lock, and the server says that nobody is signed in."""
    tab = tabs()
    without_site_data(tab)

    open_bare(tab, server.url)

    assert tab.evaluate('auth.state') == 'signed-out'
    assert traced(tab, 'refresh.postponed') == []


@pytest.mark.one_browser
def test_logout_that_can_be_noted_nowhere_goes_out(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Cookies are switched off while somebody is signed in: the server hears of the logout."""
    tab = tabs()
    join_bare(tab, server.url, person)
    session = tab.evaluate('auth.session.id')
    switch_site_data_off(tab)

    tab.evaluate('auth.logout()')

    server.wait_for('session_ended', session=session)
    assert len(traced(tab, 'logout.sent')) == 1
