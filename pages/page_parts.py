"""Whose the parts of a page are: everybody's, or one session's.

What the shell is made of is for everybody. What comes later has been drawn for a session, wherever
NiceGUI hangs it: a dialog, a notification and a handler of the whole page (`ui.on`) lie outside of what
they were written in. So nobody has to mark anything, and nothing that was forgotten is open.
"""

from __future__ import annotations

from nicegui import Client

# An element's id is a number, that of one of its listeners a text.
PartId = int | str


class PageParts:
    """The elements and listeners of one open page, by id."""

    def __init__(self) -> None:
        self._shell: frozenset[PartId] | None = None
        self._drawn_for: str | None = None

    @property
    def drawn_for(self) -> str | None:
        """The session that everything but the shell belongs to."""
        return self._drawn_for

    def shell_is_complete(self, client: Client) -> None:
        """What is there now is everybody's. A page that is never told so is none of ours."""
        elements = client.elements.values()
        listeners = [listener for each in elements for listener in each._event_listeners]
        self._shell = frozenset([*client.elements, *listeners])

    def are_everybodys(self, part: PartId) -> bool:
        """Say whether this is part of the shell, or of a page that has none."""
        return self._shell is None or part in self._shell

    def begin_anew(self, client: Client, session_id: str | None) -> None:
        """What comes from now on is this session's; what hangs in the page itself goes.

        What lies inside of a private page goes when that is drawn anew.
        """
        self._drawn_for = session_id
        layout, shell = client.layout, self._shell or frozenset()
        for element in [each for each in layout.default_slot.children if each.id not in shell]:
            element.delete()
        if left_behind := layout._event_listeners.keys() - shell:
            for listener_id in left_behind:
                del layout._event_listeners[listener_id]
            layout.update()
