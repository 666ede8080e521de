"""A moment, written as the person in front of the browser writes it: only the browser knows how."""

from __future__ import annotations

from nicegui.element import Element


class LocalTime(Element, component='local_time.js'):
    """`at` is in Unix seconds."""

    def __init__(self, at: float) -> None:
        super().__init__()
        self._props['at'] = at
