"""P3 and P10 when the network comes back, or was slow: the page finds its way, and the person stays."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from auth import TOKEN_HOLDER_PATH
from pages.static_files import COMPONENTS

from .kit.auth_trace import traced, wait_for_trace
from .kit.network import hold, offline, out_of_reach
from .kit.nicegui_socket import cut_socket, drop_socket, wait_for_socket
from .kit.tabs import OpenTab, loads_anew
from .program.bare import join_bare
from .program.people import Person, log_out, sees_login_page
from .program.server import Server

REFRESH = '**/auth/refresh'
TICKET = '**/auth/socket-ticket'
# The token holder asks after 1 s, 2 s more, 4 s more: at its fourth failure 7 to 11 s have gone by.
# The server forgets a page that has been away for 3 s.
FAILURES_IN_TEN_SECONDS = 4
LONG_ENOUGH_MS = 30_000
NOTE_CALLS_FOR_TICKETS = """
    globalThis.calledAt = [];
    const send = fetch;
    globalThis.fetch = (url, init) => {
        if (`${url}`.endsWith('/auth/socket-ticket')) calledAt.push(Date.now());
        return send(url, init);
    };
"""
TICKETS_TIME_MS = 11_000
TEN_SECONDS_PASS_FOR_STYLES = """() => {
    for (const animation of document.getAnimations()) animation.currentTime = 10_000;
}"""


@pytest.mark.one_browser
def test_page_without_a_socket_says_so_where_it_is_missed(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Python draws part of the dashboard; the login page does without."""
    tab = tabs()
    person.join(tab, server.url)
    drop_socket(tab)
    notice = tab.get_by_text('Connection lost')
    expect(notice).to_be_visible()

    log_out(tab)

    sees_login_page(tab)
    expect(notice).to_be_hidden()


@pytest.mark.one_browser
def test_lost_ticket_is_asked_for_again(tabs: OpenTab, server: Server, person: Person) -> None:
    """The call for it never comes back: the page does not wait for ever to be bound."""
    tab = tabs()
    tab.clock.install()
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    tab.route(TICKET, hold_first)
    with tab.expect_request(TICKET):
        person.join(tab, server.url)
    assert traced(tab, 'page.bound') == []

    tab.clock.fast_forward(LONG_ENOUGH_MS)

    wait_for_trace(tab, 'page.bound')
    assert len(held) == 2


@pytest.mark.one_browser
@pytest.mark.only_browser('chromium')  # the system's Firefox tells of no request that is given up
def test_slow_ticket_is_waited_for_longer(tabs: OpenTab, server: Server, person: Person) -> None:
    """Each comes after more than ten seconds: once that has been seen, the page has more patience."""
    tab = tabs()
    tab.clock.install()
    held = hold(tab, TICKET)
    with tab.expect_request(TICKET):
        person.join(tab, server.url)
    with tab.expect_event('requestfailed'):  # given up, it takes no connection from others
        tab.clock.fast_forward(TICKETS_TIME_MS)
    with tab.expect_request(TICKET):
        tab.clock.fast_forward(TICKETS_TIME_MS)

    tab.clock.fast_forward(TICKETS_TIME_MS)
    held.wait_for(2).continue_()

    wait_for_trace(tab, 'page.bound')
    assert len(held) == 2


@pytest.mark.one_browser
def test_refused_ticket_is_asked_for_when_the_server_says(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """`Retry-After` counts for tickets as it does for refreshes."""
    tab = tabs()
    tab.clock.install()
    tab.add_init_script(NOTE_CALLS_FOR_TICKETS)

    def be_busy(route: Route) -> None:
        route.fulfill(status=503, headers={'Retry-After': '20'})

    tab.route(TICKET, be_busy, times=1)
    with tab.expect_response(TICKET):
        person.join(tab, server.url)

    tab.clock.fast_forward(19_000)
    tab.evaluate('auth.refresh()')  # what else happens asks for no other
    tab.clock.fast_forward(12_000)

    wait_for_trace(tab, 'page.bound')
    first, second = tab.evaluate('calledAt')
    assert second - first >= 20_000


@pytest.mark.one_browser
def test_network_may_need_a_moment(tabs: OpenTab, server: Server, person: Person) -> None:
    """Browsers say `online` before anything can be reached: the waits begin anew, with a short one."""
    tab = tabs()
    join_bare(tab, server.url, person)
    with out_of_reach(tab, REFRESH):
        tab.evaluate('void auth.refresh()')
        wait_for_trace(tab, 'refresh.postponed', 2)
        tab.evaluate('dispatchEvent(new Event("online"))')
        wait_for_trace(tab, 'refresh.postponed', 3)

    waits = [event['detail']['waitMs'] for event in traced(tab, 'refresh.postponed')]
    assert [1_000 <= wait <= 1_500 for wait in waits] == [True, False, True]
    tab.wait_for_function('auth.state === "signed-in"')


def test_ten_seconds_offline_lead_back(tabs: OpenTab, server: Server, person: Person) -> None:
    """The server has forgotten the page meanwhile: it loads anew, where the person was, signed in."""
    tab = tabs()
    person.join(tab, server.url)
    here = f'{server.url}/dashboard?here'
    tab.goto(here)
    person.sees_dashboard(tab)
    with loads_anew(tab), offline(tab.context):
        cut_socket(tab)
        tab.evaluate('void auth.refresh()')
        wait_for_trace(tab, 'refresh.postponed', FAILURES_IN_TEN_SECONDS, timeout_ms=LONG_ENOUGH_MS)
        assert tab.evaluate('auth.state') == 'reconnecting'
        person.sees_dashboard(tab)

    tab.wait_for_function('globalThis.auth?.state === "signed-in"')
    person.sees_dashboard(tab)
    assert tab.url == here


def test_broken_socket_is_mended(tabs: OpenTab, server: Server, person: Person) -> None:
    """A connection that breaks for a moment costs neither the page nor its binding to the session."""
    tab = tabs()
    person.join(tab, server.url)
    wait_for_trace(tab, 'page.bound')
    tab.evaluate('globalThis.isTheSameDocument = true')

    cut_socket(tab)
    assert not tab.evaluate('socket.connected')
    wait_for_socket(tab)

    assert tab.evaluate('isTheSameDocument')
    assert len(traced(tab, 'page.bound')) == 1
    log_out(tab)  # the page's Python side still acts
    sees_login_page(tab)


@pytest.mark.one_browser
@pytest.mark.parametrize(
    'script', [TOKEN_HOLDER_PATH, COMPONENTS.path], ids=['token holder', 'components']
)
def test_page_whose_script_did_not_come_offers_another_try(
    script: str, tabs: OpenTab, server: Server, person: Person
) -> None:
    """Nothing else could tell: after ten seconds there is a link that loads the page anew."""
    tab = tabs()
    person.join(tab, server.url)
    with out_of_reach(tab, f'**{script}'):
        tab.reload()
        expect(tab.get_by_text('One moment')).to_be_visible()
        try_again = tab.get_by_role('link', name='Try again')
        expect(try_again).to_be_hidden()

        tab.evaluate(TEN_SECONDS_PASS_FOR_STYLES)

    try_again.click()

    person.sees_dashboard(tab)
    expect(try_again).to_be_hidden()
