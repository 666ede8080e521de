"""What goes wrong on order, in place of what would go right."""

from __future__ import annotations

import auth


def raise_unavailable(*_: object) -> auth.Identity:
    """Fail, as a database does that is away."""
    raise auth.DatabaseUnavailable
