"""P16: pages on one origin, auth backend on another, of one site and of two; listed, and not.

The promises about several tabs are kept there, too: here what browsers may do differently across
origins, and the rest in `test_tabs_on_two_origins.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .kit.auth_trace import traced, wait_for_trace
from .kit.tabs import OpenTab
from .program.people import Person, call_api, log_out, press, sees_login_page
from .program.server import Server, taking_orders
from .program.two_origins import on_two_origins, on_two_sites
from .program.wire import WireBrowser
from .test_coming_back_signed_in import tab, test_reload_comes_back_signed_in
from .test_refresh_interrupted import test_reload_between_rotation_and_answer

__all__ = [
    'tab',
    'test_reload_between_rotation_and_answer',
    'test_reload_comes_back_signed_in',
]

pytestmark = pytest.mark.xdist_group('two origins')
RESTRICT_COOKIES = {
    'enableThirdPartyCookieRestriction': True,
    'disableThirdPartyCookieMetadata': False,
    'disableThirdPartyCookieHeuristics': False,
}
FIREFOX_REFUSES_THIRD_PARTIES = {'network.cookie.cookieBehavior': 1}
KEEPS_NO_COOKIES = 'keeps no cookies of another site'


@pytest.fixture(scope='module')
def server(run_once: Callable[..., Server]) -> Server:
    """Two ports of `localhost`: another origin, and the same site."""
    return run_once(on_two_origins, '--faults')


@pytest.fixture
def either_server(server: Server) -> Iterator[Server]:
    """The same: which database is behind it, other tests look at."""
    with taking_orders(server) as lent:
        yield lent


@pytest.fixture(scope='module')
def two_sites(run_once: Callable[..., Server]) -> Server:
    """Pages at `app.localhost`, backend at `api.localhost`: to a browser, two sites."""
    return run_once(on_two_sites)


@pytest.fixture
def wary_tab(
    browser_name: str,
    new_context: Callable[..., BrowserContext],
    firefox_tab: Callable[..., Page],
) -> Page:
    """A tab of a browser that takes no cookies of another site.

    Chromium is told so by its debugging protocol, Firefox by a preference at its start.
    """
    if browser_name == 'chromium':
        tab = new_context().new_page()
        session = tab.context.new_cdp_session(tab)
        session.send('Network.enable')
        session.send('Network.setCookieControls', RESTRICT_COOKIES)
        return tab
    return firefox_tab(FIREFOX_REFUSES_THIRD_PARTIES)


@pytest.mark.one_browser
def test_pages_and_backend_have_two_origins(tabs: OpenTab, server: Server, person: Person) -> None:
    """What the tests of this file are about: each call goes elsewhere, and comes back readable."""
    tab = tabs()
    with tab.expect_request('**/auth/refresh') as refresh:
        person.join(tab, server.url)

    assert server.url != server.api_url
    assert refresh.value.url == f'{server.api_url}/auth/refresh'
    assert refresh.value.header_value('Origin') == server.url
    call_api(tab)
    assert tab.evaluate("fetch('/auth/refresh', { method: 'POST' }).then((r) => r.status)") in {
        403,  # no header of ours
        404,
    }


@pytest.mark.one_browser
def test_end_at_the_backend_reaches_the_pages(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """The process that ends the session has no socket to the page; the other one looks every second."""
    tab = tabs()
    person.join(tab, server.url)
    expect(tab.get_by_text(f'Acts for {person.name}')).to_be_visible()

    WireBrowser.with_cookies_of(tab, server).log_out()

    assert wait_for_trace(tab, 'logout.received')['detail']['via'] == 'server'
    sees_login_page(tab)


def test_another_site_works_where_its_cookies_do(
    tabs: OpenTab, two_sites: Server, person: Person
) -> None:
    """Listed, and the browser takes its cookies: signed in after a reload, signed out everywhere."""
    first, second = tabs(), tabs()
    person.register(first, two_sites.url)
    first.reload()
    person.sees_dashboard(first)
    second.goto(f'{two_sites.url}/dashboard')
    person.sees_dashboard(second)

    log_out(first)

    for each in (first, second):
        sees_login_page(each)
    second.reload()
    sees_login_page(second)


def test_page_says_that_cookies_are_refused(
    two_sites: Server, wary_tab: Page, person: Person
) -> None:
    """Listed, but the browser takes none: a sentence, no loop, and no session that nobody can use."""
    ended, started = two_sites.count('session_ended'), two_sites.count('logged_in')
    wary_tab.goto(f'{two_sites.url}/register')
    person.fill_register_form(wary_tab)

    press(wary_tab, 'Create account')

    expect(wary_tab.get_by_role('alert')).to_contain_text(KEEPS_NO_COOKIES)
    two_sites.wait_for('logged_in', started + 1)
    two_sites.wait_for('session_ended', ended + 1)
    assert wary_tab.evaluate('auth.state') == 'signed-out'
    assert len(traced(wary_tab, 'refresh.started')) == 1  # at load, as on every page


@pytest.mark.one_browser
def test_unlisted_site_gets_nothing(tabs: OpenTab, server: Server) -> None:
    """The same pages under a name that is not listed: nobody signs in, and nobody is signed out."""
    elsewhere = WireBrowser(server)
    assert elsewhere.register() == 'started'
    person = elsewhere.person
    at_home, stranger = tabs(), tabs()
    person.come_back(at_home, server.url)
    refused = server.count('malicious_cors')
    stranger.goto(f'{server.url.replace("localhost", "127.0.0.1")}/login')
    expect(stranger.get_by_label('Email')).to_be_hidden()  # it cannot even ask who is signed in

    stranger.evaluate('void auth.login({ email: "", password: "" }).catch(() => {})')
    stranger.evaluate('void auth.logout()')

    server.wait_for('malicious_cors', refused + 3)
    assert stranger.evaluate('auth.state') != 'signed-in'
    at_home.reload()
    person.sees_dashboard(at_home)
