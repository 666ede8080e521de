"""P2, P5 and P9 beside a tab that holds the lock: for ever, at a breakpoint or an alert; or long."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from .kit.auth_trace import wait_for_trace
from .kit.network import hold
from .kit.tabs import OpenTab
from .program.bare import join_bare, join_bare_pair, wait_for_name
from .program.people import Person
from .program.server import Server
from .program.token_holder import PENDING_LOGOUT, hold_lock, locks

pytestmark = pytest.mark.one_browser
REFRESHES_WAIT_MS = 15_000  # for the lock
OTHERS_WAIT_MS = 37_000
LOGIN = '**/auth/login'
BY_THE_PAGES_CLOCK = """AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('', 'TimeoutError')), ms);
    return controller.signal;
}"""


@pytest.fixture
def tab(tabs: OpenTab, server: Server, person: Person) -> Page:
    """A tab in which the person has just registered, on a clock that can be moved."""
    tab = tabs()
    tab.clock.install()
    join_bare(tab, server.url, person)
    return tab


@pytest.fixture
def still_tab(tab: Page, tabs: OpenTab, server: Server) -> Page:
    """Another tab, which holds the lock for ever."""
    still_tab = tabs()
    still_tab.goto(f'{server.url}/healthz')
    hold_lock(still_tab)
    return still_tab


def test_reload_comes_back_signed_in(tab: Page, still_tab: Page, person: Person) -> None:
    """After some seconds it asks without the lock: two refreshes at a time harm nobody."""
    tab.reload()
    wait_for_trace(tab, 'refresh.started')
    assert locks(tab, 'pending') == 1
    assert tab.evaluate('auth.state') == 'loading'

    tab.clock.fast_forward(REFRESHES_WAIT_MS)

    wait_for_name(tab, person.name)


def test_logout_reaches_the_server(
    tab: Page, still_tab: Page, server: Server, person: Person
) -> None:
    """This tab is signed out at once; the server hears of it though the other one never goes on."""
    session = tab.evaluate('auth.session.id')
    tab.evaluate('void auth.logout()')
    assert tab.evaluate('auth.state') == 'signed-out'
    assert locks(tab, 'pending') == 1

    tab.clock.fast_forward(OTHERS_WAIT_MS)

    server.wait_for('session_ended', session=session)
    wait_for_trace(tab, 'logout.sent')


def test_sign_in_goes_through(tab: Page, still_tab: Page, grace: Person) -> None:
    """As long as it may take a logout."""
    grace.sign_in_by_script(tab)
    assert locks(tab, 'pending') == 1

    tab.clock.fast_forward(OTHERS_WAIT_MS)

    wait_for_name(tab, grace.name)


def test_order_goes_through(tab: Page, still_tab: Page, server: Server) -> None:
    """The time for its answer begins when it is sent, not when the wait for the lock begins."""
    session = tab.evaluate('auth.session.id')
    tab.evaluate(BY_THE_PAGES_CLOCK)
    tab.evaluate('void auth.logoutEverywhere()')
    assert locks(tab, 'pending') == 1

    tab.clock.fast_forward(OTHERS_WAIT_MS)

    tab.wait_for_function('auth.state === "signed-out"')
    server.wait_for('session_ended', session=session)


def test_slow_sign_in_is_no_tab_that_stands_still(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """It takes longer than a refresh would wait; a logout waits behind it, and ends the new session."""
    first, second = tabs(), tabs()
    first.context.clock.install()
    join_bare_pair(first, second, server.url, person)
    held = hold(first, LOGIN)
    first.evaluate('form => { globalThis.login = auth.login(form) }', person.form)
    login = held.wait_for()
    second.evaluate('void auth.logout()')

    second.clock.fast_forward(REFRESHES_WAIT_MS)
    assert locks(second, 'pending') == 2  # the first tab would tell, too
    login.continue_()
    first.evaluate('login')

    second.wait_for_function(f'{PENDING_LOGOUT} === null')  # one of them has told it
    for tab in (first, second):
        assert tab.evaluate('auth.state') == 'signed-out'
        tab.reload()
        tab.wait_for_function('auth.state === "signed-out"')
