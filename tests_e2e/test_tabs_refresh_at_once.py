"""P7: eight tabs refreshing at one instant: no alarm, no logout, with and without Web Locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from .people import Person
from .server import Server
from .traces import traced

TABS = 8
BURSTS = 2
WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })"
# The clock is the same for all tabs, so a moment a little ahead is a barrier.
REFRESH_AT = """moment => {
    globalThis.refreshed = new Promise((done) => setTimeout(done, moment - Date.now()))
        .then(() => auth.refresh());
}"""
AHEAD_MS = 1_500

OUTCOMES = ('refresh_rotated', 'refresh_overlapped', 'refresh_recovered', 'refresh_replayed')


def open_tabs(tabs: Callable[[], Page], server: Server, person: Person) -> list[Page]:
    """Register in one tab, come back signed in in the others."""
    opened = [tabs() for _ in range(TABS)]
    person.register(opened[0], server.url)
    for tab in opened[1:]:
        tab.goto(f'{server.url}/dashboard')
    for tab in opened:
        person.sees_dashboard(tab)
    return opened


def refresh_at_once(opened: list[Page]) -> None:
    """Let all tabs refresh at one instant, and wait until each has its answer."""
    moment = opened[0].evaluate('Date.now()') + AHEAD_MS
    for tab in opened:
        tab.evaluate(REFRESH_AT, moment)
    for tab in opened:
        tab.evaluate('refreshed')


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
        context.add_init_script(WITHOUT_LOCKS)
    opened = open_tabs(tabs, either_server, person)
    assert opened[0].evaluate('Boolean(navigator.locks)') is locks
    before = counts(either_server)

    for _ in range(BURSTS):
        refresh_at_once(opened)

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
