"""Why the last session ended: only the browser knows, so it is drawn there."""

from __future__ import annotations

from nicegui.element import Element


class EndNotice(Element, component='end_notice.js'):
    """One sentence, or nothing."""
