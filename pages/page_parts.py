"""Whose the parts of a page are: everybody's, or one session's.

What the shell is made of is for everybody. What comes later has been drawn for a session, wherever
NiceGUI hangs it: a dialog, a notification and a handler of the whole page (`ui.on`) lie outside of what
they were written in. So nobody has to mark anything, and nothing that was forgotten is open.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import Client, ui
from nicegui.element import Element

from auth import record_event

# An element's id is a number, that of one of its listeners a text.
PartId = int | str


class PageParts:
    """The elements, the listeners and the page-wide handlers of one open page."""

    def __init__(self) -> None:
        self._shell: frozenset[PartId] | None = None
        self._drawn_for: str | None = None
        self._handlers_of_shell: list[list[Any]] = []

    @property
    def drawn_for(self) -> str | None:
        """The session that everything but the shell belongs to."""
        return self._drawn_for

    def complete_shell(self, client: Client) -> None:
        """Take what is drawn by now for everybody's. A page where that is never done is not guarded."""
        elements = client.elements.values()
        listeners = [listener for each in elements for listener in each._event_listeners]
        self._shell = frozenset([*client.elements, *listeners])
        self._handlers_of_shell = [list(handlers) for handlers in _handlers_of_page(client)]
        for outside in (client.layout, client.content):
            for each in outside.default_slot.children:
                each.classes('everybodys')  # the style sheet hides the others while nobody is bound

    def is_everybodys(self, part: PartId) -> bool:
        """Say whether this is part of the shell, or of a page that has none."""
        return self._shell is None or part in self._shell

    def begin_anew(self, client: Client, session_id: str | None) -> None:
        """What comes from now on is this session's; what hangs in the shell goes.

        Except inside of `ui.sub_pages`: those clear themselves when they are drawn anew, at the next
        move, wherever that leads.
        """
        if self._drawn_for:
            client.outbox.message_history.clear()  # another socket of the page could ask for it again
        self._drawn_for = None  # nobody's, if anything below fails
        shell = self._shell or frozenset()
        for element in list(client.elements.values()):
            # One may go with another: a dialog with that from which it was opened.
            if element.id not in shell and not element.is_deleted and self._hangs_in_shell(element):
                element.delete()
        for element in client.elements.values():
            if isinstance(element, ui.sub_pages):
                element._reset_match()
            if element.id in shell and (left_behind := element._event_listeners.keys() - shell):
                for listener_id in left_behind:
                    del element._event_listeners[listener_id]
                element.update()
        for handlers, ours in zip(_handlers_of_page(client), self._handlers_of_shell, strict=True):
            handlers[:] = ours
        self._drawn_for = session_id

    @contextmanager
    def connect_handlers_apart(self, client: Client) -> Iterator[list[Callable[..., Any]]]:
        """Keep what a session wants done when a browser connects from being done; hand it over."""
        handlers, session_id = client.connect_handlers, self._drawn_for
        ours = self._handlers_of_shell[0] if self._handlers_of_shell else handlers
        apart = [each for each in handlers if each not in ours]
        handlers[:] = [each for each in handlers if each in ours]
        try:
            yield apart
        finally:
            if self._drawn_for == session_id:
                handlers.extend(apart)

    def _hangs_in_shell(self, element: Element) -> bool:
        parent = element.parent_slot.parent if element.parent_slot else None
        return (
            parent is not None
            and self.is_everybodys(parent.id)
            and not isinstance(parent, ui.sub_pages)
        )


def record_denied(element: Element, session_id: str | None) -> None:
    """Log that an event was denied because the session of its element may not act any more."""
    what, session = type(element).__name__, session_id or 'none'
    record_event('page_denied', level=logging.WARNING, what=what, session=session)


def _handlers_of_page(client: Client) -> list[list[Any]]:
    """Return the lists of what runs when a browser connects, moves in the page, or an error comes up.

    What is for cleaning up, when a browser has gone, stays whoever it was.
    """
    moved = client.sub_pages_router._path_changed_handlers
    return [client.connect_handlers, moved, client._exception_handlers]
