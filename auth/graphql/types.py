"""The types of the GraphQL schema: what may be asked for of the answers in `http/schemas.py`."""

from __future__ import annotations

import strawberry


@strawberry.type
class User:
    """Who is signed in."""

    id: strawberry.ID
    name: str
    email: str


@strawberry.type
class Session:
    """Which session, and how often its refresh token has been exchanged. Times are Unix seconds."""

    id: strawberry.ID
    generation: int
    signed_in_at: float


@strawberry.type
class TokenSet:
    """An access token, good for `expiresIn` seconds; the refresh token goes by cookie only."""

    access_token: str
    token_type: str
    expires_in: int
    outcome: str
    user: User
    session: Session


@strawberry.type
class Device:
    """One of the user's living sessions. Times are Unix seconds."""

    id: strawberry.ID
    browser: str | None
    system: str | None
    address: str
    signed_in_at: float
    last_used_at: float
    expires_at: float
    is_this_device: bool


@strawberry.type
class Me:
    """The protected resource."""

    user: User
    session_id: strawberry.ID
    message: str
