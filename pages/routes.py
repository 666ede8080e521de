"""The routes inside the shell, and what a person sees who moves on to one that is not there."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import urlsplit

from nicegui import ui
from nicegui.page_arguments import RouteMatch

from .elements import Text
from .not_found import SENTENCE, TITLE, WAY_ON

FAILED = 'Something has gone wrong, and this page cannot be shown.'

# NiceGUI looks for a page at each part of the address, and reads all of it each time: anybody's page
# could stop the server with one message (measured: 0.9 MB, seven minutes and more).
MAX_ADDRESS_CHARACTERS = 4_000
MAX_ADDRESS_PARTS = 50


class Routes(ui.sub_pages):
    """The routes of the app, with a text of our own for all other addresses.

    What lies below the address of a private page, only that page knows, by `ui.sub_pages` of its own:
    whether anything is there is judged once it has been drawn. `is_elsewhere` says whether the host
    application has something at a path that is no page's.
    """

    def __init__(
        self,
        routes: dict[str, Callable[..., Any]],
        private_paths: Collection[str],
        is_elsewhere: Callable[[str], bool],
    ) -> None:
        self._private_paths = private_paths
        self._is_elsewhere = is_elsewhere
        self._here = ''
        self._is_drawn = False
        super().__init__(routes)

    def look_beyond(self) -> None:
        """Say that the private page here has been drawn; look whether the address leads beyond it."""
        self._is_drawn = True
        below = [each for each in self.descendants() if isinstance(each, ui.sub_pages)]
        for each in [self, *(each for each in below if not each._active_tasks)]:
            if _leads_beyond(each):
                each._set_match(None)

    def _find_matching_path(self) -> RouteMatch | None:
        address = self._router.current_path
        if len(address) > MAX_ADDRESS_CHARACTERS or address.count('/') > MAX_ADDRESS_PARTS:
            return None
        return super()._find_matching_path()

    def _render_page(self, match: RouteMatch) -> bool:
        self._is_drawn = False
        if not match.remaining_path or match.pattern in self._private_paths:
            self._here = self._router.current_path
        return super()._render_page(match)

    def _set_match(self, match: RouteMatch | None) -> None:
        here = self._find_matching_path() if match is None else None
        if here is None or here.pattern not in self._private_paths or self._is_drawn:
            super()._set_match(match)

    def _render_404(self) -> None:
        address = self._router.current_path
        if self._is_elsewhere(urlsplit(address).path):
            self.client.open(address, new_tab=False)  # the browser loads it, as from any other page
            self._router.current_path = self._here  # or NiceGUI would note the address, too
            return
        ui.page_title(TITLE)
        with ui.element('section').classes('narrow card'):
            Text('h1', TITLE)
            Text('p', SENTENCE)
            ui.link(WAY_ON, '/')

    def _render_error(self, _error: Exception) -> None:
        """Say so, in our words, of what fails before a page is called: a query it cannot take."""
        with self:
            Text('p', FAILED).props('role=alert')


def _leads_beyond(pages: ui.sub_pages) -> bool:
    """Say whether the address goes on, and nothing is left to say what is there."""
    has_pages = any(isinstance(each, ui.sub_pages) for each in pages.descendants())
    return pages._match is not None and bool(pages._match.remaining_path) and not has_pages
