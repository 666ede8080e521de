"""Which master secret the database's refresh tokens were made with: compared at each start.

With another one every honest token would look forged: everybody would be signed out for good, and
nobody could log out. The key pairs that sign access tokens do not matter here.
"""

from __future__ import annotations

import hmac

from sqlalchemy import Connection, select, update

from ..database.models import IS_LEAF, RefreshToken, SchemaInfo, Session
from ..tokens.keys import Keys
from ..tokens.refresh_tokens import RefreshTokens
from .rows import IS_ALIVE

_READ = select(SchemaInfo.keys_check)
_LEAVE = update(SchemaInfo).where(SchemaInfo.keys_check.is_(None))
_NEWEST_TOKEN = (
    select(Session.id, Session.salt, RefreshToken.generation, RefreshToken.secret_sha256)
    .join(RefreshToken, RefreshToken.session_id == Session.id)
    .where(IS_LEAF, IS_ALIVE)
    .order_by(RefreshToken.issued_at.desc())
    .limit(1)
)


class OtherKeys(Exception):
    """Raised if the database was used with another master secret than the one that is there now."""


def require_same_keys(connection: Connection, keys: Keys, now: float) -> None:
    """Compare the master secret with the check value that the first start has left, or leave it.

    Runs inside the caller's transaction. Raises `OtherKeys`.
    """
    known = connection.execute(_READ).scalar_one()
    if known is None and _have_made_the_newest_token(connection, keys, now):
        connection.execute(_LEAVE.values(keys_check=keys.check_value))
        known = connection.execute(_READ).scalar_one()  # another start may have been first
    if known is None or not hmac.compare_digest(known, keys.check_value):
        raise OtherKeys(
            'The database was used with another master secret: with this one, everybody would be '
            'signed out. Use the keys that belong to it, or end all sessions (`end_all_sessions`).'
        )


def adopt_keys(connection: Connection, keys: Keys) -> None:
    """Let the database belong to another master secret from now on."""
    connection.execute(update(SchemaInfo).values(keys_check=keys.check_value))


def _have_made_the_newest_token(connection: Connection, keys: Keys, now: float) -> bool:
    """Say whether these keys fit the sessions that are there, of which none is no objection.

    A database of version 3 or before has sessions, and no check value yet.
    """
    token = connection.execute(_NEWEST_TOKEN, {'now': now}).one_or_none()
    if token is None:
        return True
    made = RefreshTokens(keys).fingerprint(token.id, token.generation, token.salt)
    return hmac.compare_digest(made, token.secret_sha256)
