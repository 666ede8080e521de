"""Several tabs of one browser, which is one person's: they share cookies, locks and storage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

OpenTab = Callable[[], Page]


def duplicate(tab: Page) -> Page:
    """Open the same address with a copy of the tab's `sessionStorage`, as "Duplicate tab" does.

    Unlike the menu's, this copy has an `opener`, with which it shares a process, and no history. What a
    test has set for the tab alone (`lacking`, routes, scripts) it does not have.
    """
    with tab.context.expect_page() as opened:
        tab.evaluate('void window.open(location.href)')
    return opened.value


@contextmanager
def loads_anew(tab: Page, *, timeout_ms: float = 60_000) -> Iterator[None]:
    """Wait, at the end of `with`, until the page has loaded anew of its own accord.

    NiceGUI's pages do so when they find a server that does not know them, up to 8 s after it can be
    reached. A test that goes on before then sees the old document, and its own `goto` or `reload`
    meets the page's: the browser drops one of the two.
    """
    with tab.expect_event('load', timeout=timeout_ms):
        yield
