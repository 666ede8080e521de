"""Several tabs of one browser, which is one person's: they share cookies, locks and storage."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from .people import Person
from .server import Server

OpenTab = Callable[[], Page]


def open_signed_in(open_tab: OpenTab, count: int, server: Server, person: Person) -> list[Page]:
    """Sign somebody new in in one tab, come back signed in in the others."""
    opened = [open_tab() for _ in range(count)]
    person.join(opened[0], server.url)
    for tab in opened[1:]:
        tab.goto(f'{server.url}/dashboard')
    for tab in opened:
        person.sees_dashboard(tab)
    return opened


def duplicate(tab: Page) -> Page:
    """Open what the menu calls "Duplicate tab": same address, and a copy of its `sessionStorage`."""
    with tab.context.expect_page() as opened:
        tab.evaluate('void window.open(location.href)')
    return opened.value
