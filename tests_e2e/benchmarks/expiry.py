"""What many tabs ask the server when all their access tokens run out at once. Counts, not times."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, Response

from tests_e2e.program.people import Person
from tests_e2e.program.server import Server

PAST_RENEWAL = '09:30'
# Simulated: in a browser without windows every tab counts as visible.
SHOW = """state => {
    Object.defineProperty(document, "visibilityState", { get: () => state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
ANSWERS = 'auth.trace.events.filter((event) => "generation" in event.detail).length'
ANSWERED = f'asked => {ANSWERS} > asked'


def count_expiry(browser: Browser, server: Server, number: int) -> str:
    """Count refresh calls and refused ones, of visible tabs and of hidden ones."""
    context = browser.new_context()
    context.clock.install()
    statuses: list[int] = []

    def note(response: Response) -> None:
        if response.url.endswith('/auth/refresh'):
            statuses.append(response.status)

    tabs = [context.new_page() for _ in range(number)]
    person = Person()
    person.register(tabs[0], server.url)
    for tab in tabs[1:]:
        tab.goto(f'{server.url}/dashboard')
        person.sees_dashboard(tab)
    context.on('response', note)

    _expire(tabs, waiting=tabs)
    visible = _said(statuses)
    for tab in tabs:
        tab.evaluate(SHOW, 'hidden')
    _expire(tabs, waiting=[])
    hidden = _said(statuses)
    tabs[0].evaluate(SHOW, 'visible')
    tabs[0].wait_for_function('auth.token.nextRefreshMs > 0')
    looked_at = _said(statuses)
    context.close()
    return (
        f'{number} tabs, their tokens expire at once\n'
        f'  visible: {visible}\n  hidden: {hidden}\n  then one is looked at: {looked_at}'
    )


def _expire(tabs: list[Page], waiting: list[Page]) -> None:
    """Move the clock past the renewal; wait until these tabs have new tokens."""
    before = [tab.evaluate(ANSWERS) for tab in waiting]
    tabs[0].context.clock.fast_forward(PAST_RENEWAL)
    for tab, asked in zip(waiting, before, strict=True):
        tab.wait_for_function(ANSWERED, arg=asked)


def _said(statuses: list[int]) -> str:
    """Say what was asked since the last time, and begin anew."""
    refused = sum(status >= 400 for status in statuses)
    text = f'{len(statuses)} refresh calls, {refused} refused'
    statuses.clear()
    return text
