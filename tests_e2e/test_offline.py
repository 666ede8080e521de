"""P5 without a network: a logout holds, in all tabs, and finds its way to the server in the end."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .kit.auth_trace import traced, wait_for_trace
from .kit.bfcache import say_put_away
from .kit.lacking import make_deaf, without_focus, without_storage
from .kit.network import hold, offline, out_of_reach
from .kit.tabs import OpenTab
from .kit.visibility import show
from .program.bare import join_bare, join_bare_pair, open_bare, register_in, wait_for_name
from .program.people import Person, api_status, log_out, open_signed_in, sees_login_page
from .program.server import Server
from .program.token_holder import PENDING_LOGOUT, locks

LOGOUT = '**/auth/logout'
REFRESH = '**/auth/refresh'
LONG_ENOUGH_MS = 30_000
NOT_HEARD_OF = 'the server cannot be reached. It hears of it as soon as it can be'
# A cookie that one tab deletes may still be read in another: browsers have several processes.
GO_ON_READING_THESE_COOKIES = """() => {
    const now = document.cookie;
    const really = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
    Object.defineProperty(document, 'cookie', { ...really, get: () => now });
}"""


@pytest.fixture
def pair(tabs: OpenTab, server: Server, person: Person) -> list[Page]:
    """Two tabs in which the person is signed in."""
    return open_signed_in(tabs, 2, server, person)


def test_logout_offline_signs_every_tab_out(
    pair: list[Page], server: Server, person: Person
) -> None:
    """At once in all tabs; the server hears of it as soon as there is a network, from one of them."""
    session = pair[0].evaluate('auth.session.id')
    with offline(pair[0].context):
        log_out(pair[0])
        for tab in pair:
            tab.wait_for_function('auth.state === "signed-out"')
            assert not tab.get_by_role('heading', name=person.name).is_visible()
        wait_for_trace(pair[0], 'logout.postponed')
        assert server.count('session_ended', session=session) == 0

    server.wait_for('session_ended', session=session)
    for tab in pair:
        sees_login_page(tab)
    # The server records it before it answers, and the tab that has told it notes the answer.
    pair[0].wait_for_function('auth.trace.shared.some(({ kind }) => kind === "logout.sent")')
    assert sum(len(traced(tab, 'logout.sent')) for tab in pair) == 1


def test_pending_logout_survives_a_reload(pair: list[Page], server: Server, person: Person) -> None:
    """The cookie still works, but a page that comes back while the server has not heard stays out."""
    tab, other = pair
    assert traced(other, 'refresh.rotated')  # without a logout, coming back signs in
    session = tab.evaluate('auth.session.id')
    with out_of_reach(tab.context, LOGOUT):
        log_out(tab)
        wait_for_trace(tab, 'logout.postponed')
        tab.reload()

        sees_login_page(tab)
        wait_for_trace(tab, 'logout.postponed')
        expect(tab.get_by_text(NOT_HEARD_OF)).to_be_visible()
        assert tab.evaluate(PENDING_LOGOUT)
        assert traced(tab, 'refresh.started') == []
        assert server.count('session_ended', session=session) == 0

    server.wait_for('session_ended', session=session)
    assert server.refreshes(session).total() == len(pair)  # with which they came
    tab.wait_for_function(f'{PENDING_LOGOUT} === null')
    expect(tab.get_by_text(NOT_HEARD_OF)).to_have_count(0)
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

    assert api_status(silent) == 200
    person.sees_dashboard(other)


@pytest.mark.one_browser
def test_pending_logout_survives_a_reload_without_storage(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Storage is full or switched off: the cookie that tells the server tells the next page, too."""
    tab = tabs()
    without_storage(tab)
    join_bare(tab, server.url, person)
    with out_of_reach(tab, LOGOUT):
        tab.evaluate('auth.logout()')
        wait_for_trace(tab, 'logout.postponed')

        open_bare(tab, server.url)

        assert tab.evaluate('auth.state') == 'signed-out'
    tab.evaluate('dispatchEvent(new Event("online"))')
    wait_for_trace(tab, 'logout.sent')
    open_bare(tab, server.url)
    assert tab.evaluate('auth.state') == 'signed-out'


@pytest.mark.one_browser
def test_second_try_of_a_logout_knows_its_session(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """The first reaches nobody, the cookies are gone: the next says which session is to end, too."""
    tab = tabs()
    join_bare(tab, server.url, person)
    session = tab.evaluate('auth.session.id')
    tab.context.clear_cookies()
    with out_of_reach(tab, LOGOUT):
        tab.evaluate('auth.logout()')
        wait_for_trace(tab, 'logout.postponed')

    tab.evaluate('dispatchEvent(new Event("online"))')

    wait_for_trace(tab, 'logout.sent')
    server.wait_for('session_ended', session=session)


@pytest.mark.one_browser
def test_page_brought_back_obeys_a_logout_that_waits(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Put away between two tries to tell the server, it need not wait for the next one."""
    tab = tabs()
    tab.clock.install()
    join_bare(tab, server.url, person)
    with out_of_reach(tab, LOGOUT):
        tab.evaluate('auth.logout()')
        wait_for_trace(tab, 'logout.postponed')
        tab.clock.pause_at(tab.evaluate('Date.now()') + 1)
        say_put_away(tab)
        assert tab.evaluate('auth.state') == 'loading'

        tab.evaluate('dispatchEvent(new Event("pageshow"))')

        assert tab.evaluate('auth.state') == 'signed-out'


@pytest.mark.one_browser
def test_logout_without_storage_spares_the_next_session(
    context: BrowserContext, tabs: OpenTab, server: Server, person: Person, grace: Person
) -> None:
    """No other tab can take the note away where there is no storage; hearing of a sign-in does."""
    without_storage(context)
    silent, other = tabs(), tabs()
    for tab in (silent, other):
        open_bare(tab, server.url)
    register_in(silent, person)
    wait_for_name(other, person.name)
    with out_of_reach(silent, LOGOUT):
        silent.evaluate('auth.logout()')
        wait_for_trace(silent, 'logout.postponed')
        silent.evaluate(GO_ON_READING_THESE_COOKIES)

        grace.sign_in_by_script(other)

        wait_for_name(silent, grace.name)
    silent.evaluate('dispatchEvent(new Event("focus"))')
    silent.evaluate('auth.refresh()')
    assert traced(silent, 'logout.sent') == []
    assert silent.evaluate('auth.state') == other.evaluate('auth.state') == 'signed-in'


@pytest.mark.one_browser
def test_pending_logout_is_told_once_at_a_time(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """However often the page wakes meanwhile, one call is on its way and one is planned."""
    tab = tabs()
    join_bare(tab, server.url, person)
    held = hold(tab, LOGOUT)
    with tab.expect_request(LOGOUT):
        tab.evaluate('void auth.logout()')

    tab.evaluate('for (let i = 0; i < 10; i++) dispatchEvent(new Event("focus"))')

    assert locks(tab, 'pending') == 0
    held.wait_for().fulfill(status=503, headers={'Retry-After': '20'})
    waits = wait_for_trace(tab, 'logout.postponed')['detail']['waitMs']
    assert 20_000 <= waits <= 30_000
    tab.evaluate('dispatchEvent(new Event("focus"))')  # no reason to come before that
    assert locks(tab, 'held') == 0
    assert len(held) == 1
    tab.unroute(LOGOUT)
    tab.evaluate('dispatchEvent(new Event("online"))')
    wait_for_trace(tab, 'logout.sent')


@pytest.mark.one_browser
@pytest.mark.parametrize('asks', ['auth.refresh()', 'dispatchEvent(new Event("focus"))'])
def test_tab_that_heard_nothing_finds_the_note(
    tabs: OpenTab, server: Server, person: Person, asks: str
) -> None:
    """It slept while another tab logged out offline and was closed: it leaves, and tells the server."""
    asleep, other = tabs(), tabs()
    make_deaf(asleep)
    join_bare_pair(asleep, other, server.url, person)
    session = other.evaluate('auth.session.id')
    say_put_away(asleep)
    with out_of_reach(other, LOGOUT):
        other.evaluate('void auth.logout()')
        wait_for_trace(other, 'logout.postponed')
        other.goto(f'{server.url}/healthz')
    assert asleep.evaluate('auth.state') == 'loading'

    asleep.evaluate(f'void {asks}')

    asleep.wait_for_function('auth.state === "signed-out"')
    wait_for_trace(asleep, 'logout.sent')
    server.wait_for('session_ended', session=session)


@pytest.mark.one_browser
def test_logout_outlives_its_tab(tabs: OpenTab, server: Server, person: Person) -> None:
    """It waits for another tab's refresh, and its own tab is closed: whoever has heard it, tells it."""
    busy, other = tabs(), tabs()
    busy.clock.install()
    without_focus(busy)  # Firefox gives it to the window that is left, which would wake this tab
    join_bare_pair(busy, other, server.url, person)
    session = busy.evaluate('auth.session.id')
    held = hold(busy, REFRESH)
    with busy.expect_request(REFRESH):
        busy.evaluate('void auth.refresh()')
    other.evaluate('void auth.logout()')
    busy.wait_for_function('auth.state === "signed-out"')
    other.close()
    held.wait_for().continue_()

    busy.clock.fast_forward(LONG_ENOUGH_MS)

    server.wait_for('session_ended', session=session)
    wait_for_trace(busy, 'logout.sent')


@pytest.mark.one_browser
def test_closed_client_tells_no_more(tabs: OpenTab, server: Server, person: Person) -> None:
    """A pending logout rests with its page: the next one will find the note."""
    tab = tabs()
    tab.clock.install()
    join_bare(tab, server.url, person)
    held = hold(tab, LOGOUT)
    with tab.expect_request(LOGOUT):
        tab.evaluate('globalThis.logout = auth.logout(); 0')
    tab.evaluate('auth.close()')
    held.wait_for().abort()
    tab.evaluate('logout')

    tab.clock.fast_forward(LONG_ENOUGH_MS)

    assert locks(tab, 'held') == 0
    assert len(held) == 1
    assert tab.evaluate(PENDING_LOGOUT)
