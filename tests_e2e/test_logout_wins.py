"""P9: logout wins over any refresh in flight, in this tab and in others, with and without locks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from .kit.auth_trace import traced, wait_for_trace
from .kit.lacking import without_focus, without_locks
from .kit.network import hold
from .program.bare import join_bare, join_bare_pair
from .program.people import Person, log_out, open_signed_in, sees_login_page
from .program.server import Server
from .program.token_holder import hold_lock, release_lock

LATE_SECONDS = 1.5
OTHER_TABS_TIME_MS = 10_000
NEW_PASSWORD = """form => {
    globalThis.changed = auth.account.changePassword(form).then(() => 'done', (error) => error.code);
}"""


def sign_ins(page: Page) -> int:
    """Count how often this page came to be signed in, however briefly."""
    return sum(event['detail']['to'] == 'signed-in' for event in traced(page, 'state'))


LOCKLESS = [pytest.mark.one_browser, pytest.mark.one_set_up]


# Every pair of these three circumstances, in four tests instead of eight.
@pytest.mark.parametrize(
    ('late', 'where', 'locks'),
    [
        ('delay', 'same tab', True),
        pytest.param('delay', 'other tab', False, marks=LOCKLESS),
        pytest.param('delay_answer', 'same tab', False, marks=LOCKLESS),
        ('delay_answer', 'other tab', True),
    ],
    ids=['delay-same-locks', 'delay-other-lockless', 'answer-same-lockless', 'answer-other-locks'],
)
def test_late_answer_revives_nothing(
    late: str,
    where: str,
    locks: bool,
    context: BrowserContext,
    tabs: Callable[[], Page],
    server_taking_orders: Server,
    person: Person,
) -> None:
    """The refresh was asked for before the click, and is answered after it."""
    server = server_taking_orders
    if not locks:
        without_locks(context)
    tab, other = open_signed_in(tabs, 2, server, person)
    session = tab.evaluate('auth.session.id')
    refresh = server.address_of('refresh')
    server.order(refresh, late, seconds=LATE_SECONDS)
    asking = other if where == 'other tab' else tab
    begun = len(traced(asking, 'refresh.waited'))
    with asking.expect_response(f'**{refresh}') as answered:
        asking.evaluate('void auth.refresh()')
        wait_for_trace(asking, 'refresh.waited', begun + 1)  # it has the lock, and leaves
        log_out(tab)
        for page in (tab, other):
            sees_login_page(page)
    assert answered.value.status in {200, 401}

    wait_for_trace(tab, 'logout.sent')
    server.wait_for('session_ended', session=session)
    for page in (tab, other):
        assert page.evaluate('auth.state') == 'signed-out'
        assert sign_ins(page) == 1  # before the logout, and not for a moment after it
        page.reload()
        sees_login_page(page)


@pytest.mark.one_browser
def test_new_password_revives_nothing(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """It was asked for before the tab knew who is signed in, and is answered after a logout."""
    tab, other = tabs(), tabs()
    join_bare_pair(other, tab, server.url, person)
    refresh, password = hold(tab, '**/auth/refresh'), hold(tab, '**/auth/password')
    with tab.expect_request('**/auth/refresh'):
        tab.reload()
    form = {'current_password': person.password, 'new_password': 'seven other words than 42'}
    tab.evaluate(NEW_PASSWORD, form)
    refresh.wait_for().continue_()
    answer = password.wait_for()
    other.evaluate('void auth.logout()')
    wait_for_trace(tab, 'logout.received')

    answer.continue_()

    assert tab.evaluate('changed') == 'done'
    assert tab.evaluate('auth.state') == 'signed-out'
    assert tab.evaluate('auth.token.describe()') is None


@pytest.mark.one_browser
def test_logout_asked_for_twice_ends_the_session(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """The second click finds no token any more, and must not put the first one's logout aside."""
    tab = tabs()
    join_bare(tab, server.url, person)
    session = tab.evaluate('auth.session.id')
    held = hold(tab, '**/auth/refresh')
    tab.evaluate('void auth.refresh()')  # a logout waits until it is answered
    refresh = held.wait_for()
    tab.context.clear_cookies()  # only the access token says which session it is now

    tab.evaluate('void auth.logout(); void auth.logout()')
    refresh.abort()  # if let go, it would bring a new cookie: Firefox has put the old one into it

    wait_for_trace(tab, 'logout.sent')
    server.wait_for('session_ended', session=session)


@pytest.mark.one_browser
def test_logout_in_two_tabs_at_one_instant_ends_the_session(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """The note is the other tab's, as both wait for the lock, and that tab goes: this one tells it."""
    holder, tab = tabs(), tabs()
    holder.goto(f'{server.url}/healthz')
    tab.clock.install()
    without_focus(tab)
    join_bare(tab, server.url, person)
    session = tab.evaluate('auth.session.id')
    hold_lock(holder)
    tab.evaluate('globalThis.logout = auth.logout(); 0')
    holder.evaluate(f'localStorage.setItem("auth.logout-pending", "{"5" * 24}")')

    release_lock(holder)
    tab.evaluate('logout')
    assert traced(tab, 'logout.sent') == []
    tab.clock.fast_forward(OTHER_TABS_TIME_MS)

    wait_for_trace(tab, 'logout.sent')
    server.wait_for('session_ended', session=session)
