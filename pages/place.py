"""A part of the page that the browser shows and hides by itself, by address and state.

For what holds no private string of the server's: it is in every page's HTML.
"""

from __future__ import annotations

from .elements import Component


class Place(Component):
    """Content for one address, as in `with Place('/login', 'Sign in'):`; `title` is the document's."""

    def __init__(self, path: str, title: str, *, tag: str = 'section', signed_in: bool) -> None:
        super().__init__()
        self._props['path'] = path
        self._props['heading'] = title
        self._props['tag'] = tag
        self._props['signed-in'] = signed_in
        if signed_in:
            self.classes('signed-in-only')  # a page on its way out shows nothing of the next user
