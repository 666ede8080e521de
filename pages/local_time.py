"""A moment, written as the person in front of the browser writes it: only the browser knows how."""

from __future__ import annotations

from .elements import Component


class LocalTime(Component):
    """`at` is in Unix seconds."""

    def __init__(self, at: float) -> None:
        super().__init__()
        self._props['at'] = at
