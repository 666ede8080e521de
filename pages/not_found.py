"""What a person sees at an address that is not there."""

from __future__ import annotations

from nicegui import ui

from .elements import Box, Text


class Pages(ui.sub_pages):
    """The routes of the app, with a page of our own for all other addresses (status 404)."""

    def _render_404(self) -> None:
        ui.page_title('Page not found')
        with Box('section', classes='narrow card'):
            Text('h1', 'Page not found')
            Text('p', 'There is nothing at this address.')
            ui.link('Go to the start page', '/')
