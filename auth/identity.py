"""Who acts, and what a browser is given for it. Values only; `sessions/` makes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """Who acts, and through which session. Comes from a verified token or ticket only."""

    user_id: str
    session_id: str
    name: str
    email: str
    signed_in_at: float


@dataclass(frozen=True)
class IssuedSession:
    """A session and its current refresh token; `cookie_seconds` is `None` for a browser session.

    `outcome`: `started`, or how a refresh was answered (`sessions/outcomes.py`).
    `ended` are the sessions that its start has ended, with the reasons (see `Sessions.start`).
    """

    identity: Identity
    refresh_token: str
    generation: int
    cookie_seconds: int | None
    outcome: str = 'started'
    ended: tuple[tuple[str, str], ...] = ()
