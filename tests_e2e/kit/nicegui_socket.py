"""The WebSocket of a NiceGUI page: broken, and there again."""

from __future__ import annotations

from playwright.sync_api import Page


def cut_socket(page: Page) -> None:
    """Break the WebSocket to the NiceGUI server; the page tries at once to get another."""
    page.evaluate('socket.io.engine.close()')


def drop_socket(page: Page) -> None:
    """Break the WebSocket for good: the page tries no more."""
    page.evaluate('socket.io.reconnection(false) && socket.disconnect()')


def wait_for_socket(page: Page) -> None:
    """Wait until the page has a WebSocket again on which the server knows it."""
    page.wait_for_function('globalThis.socket?.connected && globalThis.did_handshake')
