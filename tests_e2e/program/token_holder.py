"""What tests know of the token holder's insides: its lock, and its note of a logout that waits."""

from __future__ import annotations

from typing import Literal

from playwright.sync_api import Page

PENDING_LOGOUT = 'localStorage.getItem("auth.logout-pending")'
HOLD_LOCK = """new Promise((held) => {
    const until = new Promise((release) => Object.assign(globalThis, { release }));
    navigator.locks.request('auth.session', () => (held(), until));
})"""


def hold_lock(tab: Page) -> None:
    """Take the lock, until `release_lock` or the end of the page."""
    tab.evaluate(HOLD_LOCK)


def release_lock(tab: Page) -> None:
    """Give back what `hold_lock` has taken."""
    tab.evaluate('release()')


def locks(tab: Page, which: Literal['held', 'pending']) -> int:
    """Say how many of this browser's tabs hold the lock, or wait for it."""
    count: int = tab.evaluate(
        'which => navigator.locks.query().then((all) => all[which].length)', which
    )
    return count
