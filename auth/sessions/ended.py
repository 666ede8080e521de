"""Notes which sessions have ended, for services that verify access tokens without asking us.

Only SHA-256 digests of session ids are kept and published (`ended_list.py`): who holds a token finds
out about its session, and nobody learns anything else. A session that merely expires is not listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, insert

from ..database.models import EndedSession

_REMEMBER = insert(EndedSession)


def digest(session_id: str) -> str:
    """Return the name under which a session is listed."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def remember(connection: Connection, session_ids: Iterable[str], now: float) -> None:
    """List sessions that are just being ended, in the transaction that ends them."""
    ended = [{'session_sha256': digest(id_), 'ended_at': now} for id_ in session_ids]
    if ended:
        connection.execute(_REMEMBER, ended)
