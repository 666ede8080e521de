"""Which sessions have ended lately, for services that verify access tokens without asking us.

Only SHA-256 digests of session ids are kept and published: who holds a token finds out about its
session, and nobody learns anything else. A session that merely expires is not listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select

from ..database.engine import Database
from ..database.models import EndedSession

# What one reading may cost. If more have ended, the oldest are left out: readers have them already.
MOST_LISTED = 10_000

_REMEMBER = insert(EndedSession)
_RECENT = (
    select(EndedSession.session_sha256, EndedSession.ended_at)
    .where(EndedSession.ended_at > bindparam('since'))
    .order_by(EndedSession.ended_at.desc())
    .limit(MOST_LISTED)
)


@dataclass(frozen=True)
class EndedSessions:
    """The list; each entry stays for `keep_seconds`, as long as an access token may live."""

    database: Database
    keep_seconds: int
    clock: Callable[[], float]

    def recent(self) -> dict[str, int]:
        """Return when each digest may be forgotten, in Unix seconds. Raises `DatabaseUnavailable`."""
        since = self.clock() - self.keep_seconds
        with self.database.read() as connection:
            rows = connection.execute(_RECENT, {'since': since})
            return {row.session_sha256: int(row.ended_at + self.keep_seconds) + 1 for row in rows}


def digest(session_id: str) -> str:
    """Return the name under which a session is listed."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def remember(connection: Connection, session_ids: Iterable[str], now: float) -> None:
    """List sessions that are just being ended, in the transaction that ends them."""
    ended = [{'session_sha256': digest(id_), 'ended_at': now} for id_ in session_ids]
    if ended:
        connection.execute(_REMEMBER, ended)


def forget(database: Database, before: float) -> None:
    """Delete what ended before that moment. Raises `DatabaseUnavailable`."""
    due = EndedSession.ended_at < before
    with database.read() as connection:  # mostly there is nothing, and no lock is needed
        if connection.execute(select(EndedSession.ended_at).where(due).limit(1)).first() is None:
            return
    with database.write() as connection:
        connection.execute(delete(EndedSession).where(due))
