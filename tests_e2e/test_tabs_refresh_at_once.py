"""P7: eight tabs refreshing at one instant: no alarm, no logout, with and without Web Locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from .barrier import at_one_instant
from .lacking import without_locks
from .people import Person
from .server import Server
from .tabs import open_signed_in
from .traces import traced

TABS = 8
BURSTS = 2
REFRESH = 'auth.refresh()'
OUTCOMES = ('refresh_rotated', 'refresh_overlapped', 'refresh_recovered', 'refresh_replayed')


def counts(server: Server) -> Counter[str]:
    """Say how the refreshes so far were answered."""
    return Counter({outcome: server.count(outcome) for outcome in OUTCOMES})


@pytest.mark.parametrize('locks', [True, False], ids=['locks', 'lockless'])
def test_eight_tabs_at_one_instant(
    locks: bool,
    context: BrowserContext,
    tabs: Callable[[], Page],
    either_server: Server,
    person: Person,
) -> None:
    """Burst after burst, everybody gets an answer of the one living session."""
    if not locks:
        without_locks(context)
    opened = open_signed_in(tabs, TABS, either_server, person)
    assert opened[0].evaluate('Boolean(navigator.locks)') is locks
    before = counts(either_server)

    for _ in range(BURSTS):
        at_one_instant(opened, REFRESH)

    answers = counts(either_server) - before
    print(f'{TABS} tabs, {BURSTS} bursts, locks={locks}: {dict(answers)}')
    assert sum(answers.values()) == TABS * BURSTS
    assert set(answers) <= {'refresh_rotated', 'refresh_overlapped'}
    assert bool(answers['refresh_overlapped']) is not locks  # without locks they do collide
    for tab in opened:
        refused = traced(tab, 'refresh.refused')
        assert [no for no in refused if no['detail']['code'] != 'no_session'] == []
        assert tab.evaluate('auth.state') == 'signed-in'
    opened[-1].reload()
    person.sees_dashboard(opened[-1])
