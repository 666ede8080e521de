"""Why the last session ended: only the browser knows, so it is drawn there."""

from __future__ import annotations

from .elements import Part


class EndNotice(Part):
    """One sentence, or nothing."""
