"""P7: eight tabs refreshing at one instant: no alarm, no logout, with and without Web Locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Page

from auth.sessions.outcomes import Outcome

from .kit.auth_trace import traced
from .kit.barrier import TooFarApart, at_one_instant
from .kit.lacking import without_locks
from .kit.report_tables import AddRow
from .kit.tabs import OpenTab
from .program.bare import join_bare, open_bare, wait_for_name
from .program.people import Person, open_signed_in
from .program.server import Server

TABS = 8
# Again and again, because the next refresh of a fast tab meets the last one of a slow tab.
EACH = 5
REFRESH = f'(async () => {{ for (let i = 0; i < {EACH}; i++) await auth.refresh(); }})()'
STATE_AFTER_ASKING = 'auth.refresh().then(() => auth.state)'
# A busy machine may keep one of the tabs waiting at the very moment.
ATTEMPTS = 3
# Without locks strict rules see a replay in the first burst; to be there at all it may take more.
BURSTS_UNTIL_THE_ALARM = 5


def refusals(tabs: list[Page]) -> int:
    """Count how often these tabs were told that the session is over; signing in began with a no."""
    refused = [event for tab in tabs for event in traced(tab, 'refresh.refused')]
    return sum(event['detail']['code'] != 'no_session' for event in refused)


def refresh_at_one_instant(tabs: list[Page]) -> int:
    """Refresh in all tabs, again if they did not begin together; return how many bursts there were."""
    for attempt in range(1, ATTEMPTS):
        with suppress(TooFarApart):
            at_one_instant(tabs, REFRESH)
            return attempt
    at_one_instant(tabs, REFRESH)
    return ATTEMPTS


def open_eight(open_tab: OpenTab, server: Server, person: Person) -> list[Page]:
    """Register in one tab, come back in the others: one after the other, they must not meet yet."""
    if server.url != server.api_url:  # Chromium lets no page made up by a test call another origin
        return open_signed_in(open_tab, TABS, server, person)
    opened = [open_tab() for _ in range(TABS)]
    join_bare(opened[0], server.url, person)
    for tab in opened[1:]:
        open_bare(tab, server.url)
        wait_for_name(tab, person.name)
    return opened


@pytest.fixture
def tell(request: pytest.FixtureRequest, add_row: AddRow) -> Callable[..., None]:
    """Add the counts of this test to the table."""

    def add(rules: str, locks: bool, bursts: int, answers: Counter[str], refused: int) -> None:
        by_outcome = {str(outcome): answers[outcome] for outcome in Outcome}
        add_row(
            f'{TABS} tabs refresh at one instant',
            {'test': request.node.callspec.id, 'rules': rules, 'locks': locks, 'bursts': bursts}
            | by_outcome
            | {'refused': refused},
        )

    return add


@pytest.mark.parametrize(
    'locks',
    [
        pytest.param(True, id='locks', marks=pytest.mark.one_database),
        pytest.param(False, id='lockless', marks=[pytest.mark.one_browser, pytest.mark.one_set_up]),
    ],
)
def test_eight_tabs_at_one_instant(
    locks: bool,
    context: BrowserContext,
    tabs: Callable[[], Page],
    either_server: Server,
    person: Person,
    tell: Callable[..., None],
) -> None:
    """However they collide, everybody gets an answer of the one living session."""
    if not locks:
        without_locks(context)
    opened = open_eight(tabs, either_server, person)
    assert opened[0].evaluate('Boolean(navigator.locks)') is locks
    session = opened[0].evaluate('auth.session.id')
    came_with = sum(len(traced(tab, 'refresh.rotated')) for tab in opened)
    before = either_server.refreshes(session, at_least=came_with)

    bursts = refresh_at_one_instant(opened)

    calls = bursts * TABS * EACH
    answers = either_server.refreshes(session, at_least=before.total() + calls) - before
    tell('default', locks, bursts, answers, refusals(opened))
    assert answers.total() == calls
    assert set(answers) <= {'rotated', 'overlapped'}
    assert bool(answers['overlapped']) is not locks  # without locks they do collide
    assert refusals(opened) == 0
    assert {tab.evaluate('auth.state') for tab in opened} == {'signed-in'}
    opened[-1].goto(f'{either_server.url}/dashboard')
    person.sees_dashboard(opened[-1])


@pytest.mark.one_browser
@pytest.mark.parametrize('locks', [True, False], ids=['locks', 'lockless'])
def test_strict_rules_need_locks(
    locks: bool,
    context: BrowserContext,
    tabs: Callable[[], Page],
    strict_server: Server,
    person: Person,
    tell: Callable[..., None],
) -> None:
    """Locks alone suffice; with neither locks nor grace the alarm goes off, and signs everybody out."""
    if not locks:
        without_locks(context)
    opened = open_eight(tabs, strict_server, person)
    session = opened[0].evaluate('auth.session.id')
    before, bursts = strict_server.refreshes(session, at_least=TABS - 1), 0

    while bursts < (1 if locks else BURSTS_UNTIL_THE_ALARM) and not refusals(opened):
        bursts += refresh_at_one_instant(opened)

    calls = bursts * TABS * EACH
    if locks:
        answers = strict_server.refreshes(session, at_least=before.total() + calls) - before
    else:
        strict_server.wait_for('refresh_replayed', session=session)
        answers = strict_server.refreshes(session) - before
    tell('strict', locks, bursts, answers, refusals(opened))
    if locks:
        assert answers == {'rotated': calls}
        assert refusals(opened) == 0
    else:
        assert answers['replayed'] == 1
        assert refusals(opened) > 0
    assert {tab.evaluate(STATE_AFTER_ASKING) for tab in opened} == {
        'signed-in' if locks else 'signed-out'
    }
