"""P5: logout signs every tab out within a second, by the `storage` event alone too.

The second is ours: how long a busy machine takes to start the other tab's work is the browser's
business, and noted beside it (ten tabs of Firefox on two busy cores took it more than a second).
"""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .kit.auth_trace import traced, wait_for_trace
from .kit.lacking import without_broadcast, without_storage
from .kit.network import hold
from .kit.tabs import OpenTab
from .program.bare import join_bare, join_bare_pair
from .program.people import Person, call_api, log_out, open_signed_in, sees_login_page
from .program.server import Server
from .program.spy import keep_bearer
from .program.wire import WireBrowser

LIMIT_MS = 1_000
HEARD_FROM_A_TAB = """auth.trace.events.some(({ tab, kind, detail }) =>
    tab === auth.trace.tab && kind === 'logout.received' && detail.via !== 'server')"""


NOTE_STORAGE_EVENTS = """addEventListener('storage', ({ key }) => {
    if (key === 'auth.event') globalThis.browserToldAt ??= Date.now();
})"""


def listen(tab: Page) -> None:
    """Let a bare listener note when the browser tells this tab of an event in another."""
    tab.evaluate(NOTE_STORAGE_EVENTS)


def milliseconds_to_leave(tab: Page, clicked_at: float) -> float:
    """Return how long this tab took to sign out since the click, or since the browser told it."""
    told_at: float = tab.evaluate('globalThis.browserToldAt ?? 0')
    return left_at(tab) - max(clicked_at, told_at)


def left_at(tab: Page) -> float:
    """When this tab stopped being signed in, in ms; the clock is the same for all tabs."""
    leaving = [event for event in traced(tab, 'state') if event['detail']['from'] == 'signed-in']
    return float(leaving[-1]['at'])


@pytest.mark.parametrize('count', [pytest.param(2, marks=pytest.mark.one_browser), 10])
def test_logout_signs_every_tab_out(
    count: int, tabs: OpenTab, server: Server, person: Person
) -> None:
    """One click; every tab shows the login page, and has dropped its token within a second."""
    first, *others = open_signed_in(tabs, count, server, person)
    for tab in others:
        listen(tab)
    log_out(first)

    for tab in [first, *others]:
        sees_login_page(tab)
    clicked_at = left_at(first)
    assert max(milliseconds_to_leave(tab, clicked_at) for tab in others) < LIMIT_MS
    told = 'You logged out in another tab.'
    expect(first.get_by_text(told)).to_be_hidden()
    for tab in others:
        expect(tab.get_by_text(told)).to_be_visible()
    for tab in others:  # by this tab; the server tells them too, and now and then it is faster
        tab.wait_for_function(HEARD_FROM_A_TAB)


def test_storage_event_alone_signs_out(
    context: BrowserContext, tabs: OpenTab, server: Server, person: Person
) -> None:
    """Without BroadcastChannel the articles' mechanism carries the news by itself."""
    without_broadcast(context)
    first, second = open_signed_in(tabs, 2, server, person)
    assert second.evaluate('globalThis.BroadcastChannel === undefined')
    listen(second)
    hold(first, f'**{server.address_of("logout")}')  # or the server might tell, and be faster

    log_out(first)

    sees_login_page(second)
    assert [event['detail'] for event in traced(second, 'logout.received')] == [{'via': 'storage'}]
    assert milliseconds_to_leave(second, left_at(first)) < LIMIT_MS


def test_server_forgets_the_session(tabs: OpenTab, server: Server, person: Person) -> None:
    """The access token of a signed-out tab is refused at once, though it has minutes to live."""
    tab = tabs()
    keep_bearer(tab)
    person.join(tab, server.url)
    call_api(tab)
    assert tab.evaluate('callAgain()') == 200  # it does work while the session lives

    log_out(tab)
    wait_for_trace(tab, 'logout.sent')

    assert tab.evaluate('callAgain()') == 401
    sees_login_page(tab)


def test_back_button_revives_nothing(tabs: OpenTab, server: Server, person: Person) -> None:
    """Going back after logout leads to the login page, whatever the browser kept."""
    tab = tabs()
    person.join(tab, server.url)
    tab.goto(f'{server.url}/dashboard?visit=2')
    person.sees_dashboard(tab)
    tab.go_back()
    person.sees_dashboard(tab)  # while signed in, going back does show it
    tab.go_forward()
    person.sees_dashboard(tab)
    log_out(tab)
    sees_login_page(tab)

    tab.go_back()

    sees_login_page(tab)
    assert person.name not in tab.content()


def test_logged_out_tab_stays_out_after_reload(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """The cookie is gone as well: a reload does not bring the session back."""
    first, second = open_signed_in(tabs, 2, server, person)
    log_out(first)
    wait_for_trace(first, 'logout.sent')
    sees_login_page(second)

    second.reload()

    sees_login_page(second)
    wait_for_trace(second, 'refresh.refused')
    assert traced(second, 'refresh.refused')[0]['detail']['code'] == 'no_session'


def test_logout_during_a_login_wins(tabs: OpenTab, server: Server, person: Person) -> None:
    """One tab signs in again, slowly; another logs out meanwhile: the new session does not survive."""
    first, second = open_signed_in(tabs, 2, server, person)
    held = hold(first, '**/auth/login')
    with first.expect_request('**/auth/login'):
        first.evaluate('form => { globalThis.login = auth.login(form) }', person.form)

    log_out(second)
    sees_login_page(second)
    held.wait_for().continue_()
    first.evaluate('login')
    wait_for_trace(second, 'logout.sent')

    sees_login_page(first)
    first.reload()
    sees_login_page(first)


@pytest.mark.one_browser
def test_logout_while_a_login_waits_wins(tabs: OpenTab, server: Server, person: Person) -> None:
    """One tab refreshes slowly, another waits for it to sign in, and the first logs out meanwhile."""
    first, second = tabs(), tabs()
    join_bare_pair(first, second, server.url, person)
    held = hold(first, '**/auth/refresh')
    with first.expect_request('**/auth/refresh'):
        first.evaluate('void auth.refresh()')
    second.evaluate('form => { globalThis.login = auth.login(form) }', person.form)

    first.evaluate('globalThis.logout = auth.logout(); 0')
    wait_for_trace(second, 'logout.received')
    held.wait_for().continue_()
    first.unroute('**/auth/refresh')
    second.evaluate('login')
    first.evaluate('logout')

    for tab in (first, second):
        assert tab.evaluate('auth.state') == 'signed-out'
        tab.reload()
        tab.wait_for_function('auth.state === "signed-out"')


@pytest.mark.one_browser
def test_logout_without_its_cookie_ends_the_session(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Somebody has cleared the cookies: the access token says which session is to end."""
    tab = tabs()
    join_bare(tab, server.url, person)
    elsewhere = WireBrowser.with_cookies_of(tab, server)
    assert elsewhere.refresh() == 'rotated'
    tab.context.clear_cookies()

    tab.evaluate('auth.logout()')

    wait_for_trace(tab, 'logout.sent')
    assert elsewhere.refresh() == 'session_ended'


def test_logout_reaches_the_server_without_storage(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Storage that is full or switched off takes the note of a pending logout; the logout goes out."""
    tab = tabs()
    without_storage(tab)
    person.join(tab, server.url)

    log_out(tab)
    wait_for_trace(tab, 'logout.sent')

    tab.reload()
    sees_login_page(tab)
