"""P10: only the server's own "no" signs out: offline, time-out, 429, 5xx and proxy pages do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .kit.auth_trace import expect_trace, traced, wait_for_trace
from .kit.lacking import without_locks
from .kit.network import Held, hold, offline
from .program.answers import MATRIX, Answer, obeys, problem
from .program.bare import join_bare, wait_for_name
from .program.people import Person, api_status, sees_login_page
from .program.server import Server

REFRESH = '**/auth/refresh'
NEWEST = 'auth.trace.events.findLast((event) => event.kind.startsWith("refresh.")).kind'
PAST_PATIENCE_MS = 9_000
RETRY_MS = 2_000
HOUR_SECONDS = 3600


def comes_back(tab: Page, person: Person) -> None:
    """Check that the tab is signed in again without anybody's help."""
    tab.wait_for_function('auth.state === "signed-in"')
    person.sees_dashboard(tab)


def test_status_matrix(tabs: Callable[[], Page], server: Server, person: Person) -> None:
    """Whatever a refresh is answered, the person stays, unless it is one of our own three codes."""
    tab = tabs()
    tab.context.clock.install()
    join_bare(tab, server.url, person)

    obeys(tab, person, REFRESH, MATRIX)


def test_screen_follows(tab: Page, person: Person) -> None:
    """Reconnecting, it stays as it is, with a word about that; signed out, it is the login page."""
    Answer('503', 503, problem('retry')).on(tab, REFRESH)
    tab.evaluate('auth.refresh()')
    person.sees_dashboard(tab)
    expect(tab.get_by_text('Reconnecting…')).to_be_visible()
    Answer('401 invalid', 401, problem('invalid')).on(tab, REFRESH)

    tab.evaluate('auth.refresh()')

    sees_login_page(tab)


@pytest.mark.one_browser
def test_call_meets_the_same(tabs: Callable[[], Page], server: Server, person: Person) -> None:
    """Nor does an answer of the API sign out, unless it is our own 401, twice."""
    tab = tabs()
    join_bare(tab, server.url, person)
    for answer in MATRIX:
        if answer.state == 'reconnecting':
            answer.on(tab, '**/api/me')
            assert api_status(tab) == answer.status
            assert tab.evaluate('auth.state') == 'signed-in', answer.name
            tab.unroute('**/api/me')
    wait_for_name(tab, person.name)


@pytest.mark.one_browser
@pytest.mark.parametrize('order', ['auth.fetch("/api/me")', 'auth.logoutEverywhere()'])
def test_call_that_cannot_be_renewed_is_no_sign_out(
    order: str, tabs: Callable[[], Page], server_taking_orders: Server, person: Person
) -> None:
    """The token has run out while refreshes get 503: the API's 401 is about the token, no more."""
    tab = tabs()
    join_bare(tab, server_taking_orders.url, person)
    Answer('503', 503, problem('retry')).on(tab, REFRESH)

    with server_taking_orders.clock_ahead(HOUR_SECONDS):
        code = tab.evaluate(f'{order}.then(() => "done", (error) => error.code)')

    assert code == 'reconnecting'
    assert tab.evaluate('auth.state') == 'reconnecting'
    tab.unroute(REFRESH)
    tab.evaluate('auth.refresh()')
    assert tab.evaluate('auth.state') == 'signed-in'  # nothing has been ended either


def test_offline_is_no_sign_out(tab: Page, person: Person) -> None:
    """The tab says that it is reconnecting, and refreshes as soon as the network is back."""
    with offline(tab.context):
        tab.evaluate('auth.refresh()')
        assert tab.evaluate('auth.state') == 'reconnecting'
        assert traced(tab, 'refresh.postponed')[-1]['detail']['why'] == 'unreachable'
        person.sees_dashboard(tab)

    comes_back(tab, person)


@pytest.fixture
def unanswered(tabs: Callable[[], Page], server: Server, person: Person) -> Held:
    """A refresh that its tab has given up after eight seconds. All that come are held."""
    tab = tabs()
    tab.context.clock.install()
    person.join(tab, server.url)
    held = hold(tab, REFRESH)
    tab.evaluate('void auth.refresh()')
    tab.wait_for_function(f'{NEWEST} === "refresh.waited"')
    tab.context.clock.fast_forward(PAST_PATIENCE_MS)
    tab.wait_for_function('auth.state === "reconnecting"')
    return held


def test_silence_is_no_sign_out(unanswered: Held, person: Person) -> None:
    """A server that never answers is given up on after eight seconds; a later one is asked again."""
    tab = unanswered.page
    assert traced(tab, 'refresh.postponed')[-1]['detail']['why'] == 'timeout'

    unanswered.wait_for().abort()
    tab.unroute(REFRESH)
    tab.context.clock.fast_forward(PAST_PATIENCE_MS)
    comes_back(tab, person)


@pytest.fixture
def held(unanswered: Held) -> Held:
    """The same, and by now the next refresh waits behind it."""
    tab = unanswered.page
    with expect_trace(tab, 'refresh.started'):
        tab.context.clock.fast_forward(RETRY_MS)
    return unanswered


@pytest.mark.one_browser
def test_answer_that_takes_long_is_taken(held: Held, person: Person) -> None:
    """On a slow line nothing faster will come; and what waits behind it need not be asked."""
    tab = held.page
    waited = len(traced(tab, 'refresh.waited'))

    held.wait_for().continue_()

    comes_back(tab, person)
    wait_for_trace(tab, 'refresh.waited', waited + 1)
    assert api_status(tab) == 200
    assert len(held) == 1  # whatever was sent before that call has been seen


@pytest.mark.one_browser
def test_refusal_that_takes_long_is_taken(held: Held) -> None:
    """The session is over: that is no slower line, and not to be asked about for ever."""
    tab = held.page

    held.wait_for().fulfill(status=401, body=problem('session_ended', reason='replay'))

    tab.wait_for_function('auth.state === "signed-out"')
    assert tab.evaluate('auth.reason') == 'replay'


@pytest.mark.one_browser
def test_answer_that_takes_long_revives_nothing(held: Held) -> None:
    """A logout came in between, and waits behind it."""
    tab = held.page
    taken = len(traced(tab, 'refresh.rotated'))
    tab.evaluate('void auth.logout()')

    held.wait_for().continue_()

    wait_for_trace(tab, 'logout.sent')
    assert len(traced(tab, 'refresh.rotated')) == taken  # not even for a moment
    assert tab.evaluate('auth.state') == 'signed-out'
    assert tab.evaluate('auth.token.describe()') is None


@pytest.mark.one_browser
def test_tab_that_was_answered_is_not_put_off(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """Without locks two refreshes may be under way; silence after one of them is no lost network."""
    tab = tabs()
    without_locks(tab)
    tab.context.clock.install()
    join_bare(tab, server.url, person)
    held = hold(tab, REFRESH)
    tab.evaluate('void auth.refresh()')
    first = held.wait_for()
    tab.context.clock.fast_forward(PAST_PATIENCE_MS)
    tab.wait_for_function('auth.state === "reconnecting"')
    tab.evaluate('void auth.refresh()')
    held.wait_for(2)
    first.continue_()
    tab.wait_for_function('auth.state === "signed-in"')
    begun = len(traced(tab, 'refresh.postponed'))

    tab.context.clock.fast_forward(PAST_PATIENCE_MS)

    tab.evaluate('new Promise((done) => setTimeout(done))')
    assert len(traced(tab, 'refresh.postponed')) == begun
    assert tab.evaluate('auth.state') == 'signed-in'


@pytest.mark.one_browser
def test_loop_is_broken(tab: Page, person: Person) -> None:
    """Something asks again and again: after thirty refreshes the tab pauses, and shows it."""
    tab.evaluate('(async () => { for (let i = 0; i < 32; i++) await auth.refresh(); })()')

    assert tab.evaluate('auth.state') == 'reconnecting'
    assert traced(tab, 'refresh.postponed')[-1]['detail']['why'] == 'too_many_refreshes'
    assert len(traced(tab, 'refresh.rotated')) < 32
    expect(tab.get_by_text('Reconnecting…')).to_be_visible()
    person.sees_dashboard(tab)
