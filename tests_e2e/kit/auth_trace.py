"""The token holder's trace, read from a test: what to wait for instead of sleeping.

Any page has one that keeps `globalThis.auth.trace.events`, a list of `{ kind, at, detail }`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

_HAS = """([kind, count]) =>
    (globalThis.auth?.trace?.events ?? []).filter((event) => event.kind === kind).length >= count"""

_KEEP = """() => {
    sessionStorage.removeItem('kept-trace');  // of an earlier time
    addEventListener('pagehide', () => {
        sessionStorage['kept-trace'] = JSON.stringify(auth.trace.events);
    });
}"""


def wait_for_trace(
    page: Page, kind: str, count: int = 1, *, timeout_ms: float | None = None
) -> dict[str, Any]:
    """Wait until this tab has recorded `count` events of a kind, as in `refresh.rotated`.

    Returns the newest of them.
    """
    page.wait_for_function(_HAS, arg=[kind, count], timeout=timeout_ms)
    return traced(page, kind)[-1]


@contextmanager
def expect_trace(
    page: Page, kind: str, count: int = 1, *, timeout_ms: float | None = None
) -> Iterator[None]:
    """Wait, at the end of `with`, until this tab has recorded `count` more events of a kind.

    `wait_for_trace` counts from when the page was loaded, and is content with what came before.
    The page must not load anew meanwhile.
    """
    before = len(traced(page, kind))
    yield
    wait_for_trace(page, kind, before + count, timeout_ms=timeout_ms)


def traced(page: Page, kind: str) -> list[dict[str, Any]]:
    """Return the events of one kind so far, oldest first; `at` is in ms of the browser's clock."""
    events: list[dict[str, Any]] = page.evaluate('auth.trace.events')
    return [event for event in events if event['kind'] == kind]


def keep_trace(page: Page) -> None:
    """Have what this tab traces survive its next reload, for `traced_before`."""
    page.evaluate(_KEEP)


def traced_before(page: Page, kind: str) -> list[dict[str, Any]]:
    """Return the events of one kind that a tab traced, until it left the page of `keep_trace`.

    Raises what `wait_for_function` raises if it has not left in time.
    """
    page.wait_for_function('sessionStorage.getItem("kept-trace")')
    events: list[dict[str, Any]] = json.loads(page.evaluate('sessionStorage["kept-trace"]'))
    return [event for event in events if event['kind'] == kind]
