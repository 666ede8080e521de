"""P3, P5 and P10 without a network: the person stays, a logout holds, and both find their way back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .kit.network import cut_socket, offline, out_of_reach, wait_for_socket
from .kit.tabs import OpenTab, loads_anew
from .kit.traces import traced, wait_for_trace
from .kit.visibility import show
from .program.people import Person, log_out, open_signed_in, sees_login_page
from .program.server import Server

LOGOUT = '**/auth/logout'
REFRESH = '**/auth/refresh'
# The token holder asks after 1 s, 2 s more, 4 s more: at its fourth failure 7 to 11 s have gone by.
# The server forgets a page that has been away for 3 s.
FAILURES_IN_TEN_SECONDS = 4
LONG_ENOUGH_MS = 30_000
PENDING = 'localStorage.getItem("auth.logout-pending")'


@pytest.fixture
def pair(tabs: OpenTab, server: Server, person: Person) -> list[Page]:
    """Two tabs in which the person is signed in."""
    return open_signed_in(tabs, 2, server, person)


def test_logout_offline_signs_every_tab_out(
    pair: list[Page], server: Server, person: Person
) -> None:
    """At once in all tabs; the server hears of it as soon as there is a network, from one of them."""
    ended = server.count('session_ended')
    with offline(pair[0].context):
        log_out(pair[0])
        for tab in pair:
            tab.wait_for_function('auth.state === "signed-out"')
            assert not tab.get_by_role('heading', name=person.name).is_visible()
        wait_for_trace(pair[0], 'logout.postponed')
        assert server.count('session_ended') == ended

    server.wait_for('session_ended', ended + 1)
    for tab in pair:
        sees_login_page(tab)
    assert sum(len(traced(tab, 'logout.sent')) for tab in pair) == 1


def test_pending_logout_survives_a_reload(pair: list[Page], server: Server, person: Person) -> None:
    """The cookie still works, but a page that comes back while the server has not heard stays out."""
    tab, other = pair
    assert traced(other, 'refresh.rotated')  # without a logout, coming back signs in
    ended, rotated = server.count('session_ended'), server.count('refresh_rotated')
    with out_of_reach(tab.context, LOGOUT):
        log_out(tab)
        wait_for_trace(tab, 'logout.postponed')
        tab.reload()

        sees_login_page(tab)
        wait_for_trace(tab, 'logout.postponed')
        assert tab.evaluate(PENDING)
        assert traced(tab, 'refresh.started') == []
        assert server.count('refresh_rotated') == rotated
        assert server.count('session_ended') == ended

    server.wait_for('session_ended', ended + 1)
    tab.wait_for_function(f'{PENDING} === null')
    tab.goto(f'{server.url}/dashboard')
    sees_login_page(tab)


@pytest.mark.one_browser
def test_old_logout_spares_the_next_session(
    pair: list[Page], server: Server, person: Person
) -> None:
    """The tab that logged out reaches nobody, another tab tells the server, and somebody signs in."""
    silent, other = pair
    with out_of_reach(silent, LOGOUT):
        log_out(silent)
        wait_for_trace(silent, 'logout.postponed')
        show(other)  # wakes it
        wait_for_trace(other, 'logout.sent')
        sees_login_page(other)
        person.log_in(other, server.url)

        person.sees_dashboard(silent)

    assert silent.evaluate('auth.fetch("/api/me").then((response) => response.status)') == 200
    person.sees_dashboard(other)


@pytest.mark.one_browser
def test_network_may_need_a_moment(tabs: OpenTab, server: Server, person: Person) -> None:
    """Browsers say `online` before anything can be reached: the waits begin anew, with a short one."""
    tab = tabs()
    person.join(tab, server.url)
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
