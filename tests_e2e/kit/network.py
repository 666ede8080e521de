"""A network that fails, from the browser's side: offline, one address out of reach, calls that hang.

What must fail after the server has done its part cannot be played here: Playwright keeps the cookies
of an answer even if the page never gets it. A server that is to be tested has to take orders for that.

Playwright asks about the first address of a request, and not about those that redirects lead to. If two
routes match a request, the one added last handles it; its `fallback()` passes it on to the earlier.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page, Route

PATIENCE_SECONDS = 20
HEARING_MS = 10  # Playwright tells of requests only while a test waits for the page


@contextmanager
def offline(context: BrowserContext) -> Iterator[None]:
    """Take the network away from all tabs of a browser, and give it back.

    In both browsers: requests and page loads fail, `navigator.onLine` is false, and the pages hear
    `offline` and `online`. A WebSocket stays open: in Chromium it is silent, and what was said
    meanwhile arrives later; in Firefox it goes on. `nicegui_socket.cut_socket` ends NiceGUI's.
    """
    context.set_offline(True)
    try:
        yield
    finally:
        context.set_offline(False)


@contextmanager
def out_of_reach(pages: BrowserContext | Page, url: str) -> Iterator[None]:
    """Let each request of a tab, or of all tabs, to `url` (a glob) fail on its way; all else works."""

    def fail(route: Route) -> None:
        route.abort('connectionfailed')

    pages.route(url, fail)
    try:
        yield
    finally:
        pages.unroute(url, fail)


class Held(list[Route]):
    """The requests of a page that have been kept from leaving so far."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page

    def wait_for(self, count: int = 1) -> Route:
        """Wait until so many have been held, and return the last of them.

        They are counted from the first, also when that has been let go: `wait_for(2)` is the next one.
        Raises Python's `TimeoutError`. That a page has begun a request, as `expect_request` says, does
        not mean that it is held already.
        """
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while len(self) < count:
            if time.monotonic() > give_up_at:
                raise TimeoutError(f'{len(self)} of {count} requests have come')
            self.page.wait_for_timeout(HEARING_MS)
        return self[count - 1]


def hold(page: Page, url: str) -> Held:
    """Keep the page's requests to `url`, a glob, from leaving; return them, as they come.

    Let one go with its `continue_()`; `page.unroute(url)` ends the holding. If that was the page's last
    route, browsers let go whatever was held. A click that leads to another page waits for that: if it
    is held, press with `click(no_wait_after=True)`. Firefox holds a WebSocket's first request, too.
    """
    held = Held(page)

    def keep(route: Route) -> None:
        held.append(route)

    page.route(url, keep)
    return held
