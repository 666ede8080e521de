"""Why the last session ended: only the browser knows, so it is drawn there."""

from __future__ import annotations

from .elements import Component


class EndNotice(Component):
    """One sentence, or nothing."""
