"""A network that fails, from the browser's side: offline, one address out of reach, calls that hang.

What must fail after the server has done its part cannot be played here: Playwright keeps the cookies
of an answer even if the page never gets it. That is ordered at the server (`Server.order`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Page, Route


@contextmanager
def offline(context: BrowserContext) -> Iterator[None]:
    """Take the network away from all tabs of a browser, and give it back.

    In both browsers: requests and page loads fail, `navigator.onLine` is false, and the pages hear
    `offline` and `online`. A WebSocket that is open may stay open; `cut_socket` ends it.
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


def hold(page: Page, url: str) -> list[Route]:
    """Keep the page's requests to `url`, a glob, from leaving; return them, as they come.

    Let one go with its `continue_()`; `page.unroute(url)` ends the holding. If that was the page's last
    route, Chromium lets go whatever was held.
    """
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(url, keep)
    return held


def cut_socket(page: Page) -> None:
    """Break the WebSocket to the NiceGUI server; the page tries at once to get another."""
    page.evaluate('socket.io.engine.close()')


def wait_for_socket(page: Page) -> None:
    """Wait until the page has a WebSocket again on which the server knows it."""
    page.wait_for_function('globalThis.socket?.connected && globalThis.did_handshake')
