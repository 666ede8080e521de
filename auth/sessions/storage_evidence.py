"""Notes that a browser has stored a refresh token: some request has brought it back.

Only then is an older token that comes back a replay (`outcomes.py`, REPLAY); before that the answer
with the newer one may simply have been lost.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, update

from ..database.engine import Database
from ..database.models import IS_LEAF, RefreshToken
from ..errors import DatabaseUnavailable
from ..settings import SessionLimits
from ..tokens.refresh_tokens import RefreshTokens, parse
from .rows import NOW, SID

_NOTE_SEEN = (
    update(RefreshToken)
    .where(
        RefreshToken.session_id == SID,
        RefreshToken.generation == bindparam('leaf_generation'),
        RefreshToken.seen_at.is_(None),
        IS_LEAF,
    )
    .values(seen_at=NOW)
)


@dataclass(frozen=True)
class StorageEvidence:
    """Looks at the refresh cookies that come along with other calls."""

    database: Database
    tokens: RefreshTokens
    limits: SessionLimits

    def note(self, row: Row[Any], refresh_token: str, now: float) -> None:
        """Mark the leaf as seen if this is it, and it is old enough to prove storage.

        Evidence may be lost, an answer may not: if this cannot be written now, the next call will.
        """
        is_too_young = row.leaf_issued_at > now - self.limits.seen_after_seconds
        if row.leaf_seen_at is not None or is_too_young:
            return
        token = parse(refresh_token)
        if token is None or (token.session_id, token.generation) != (row.id, row.leaf_generation):
            return
        if self.tokens.is_genuine(token, row.salt):
            values = {'sid': row.id, 'leaf_generation': row.leaf_generation, 'now': now}
            with contextlib.suppress(DatabaseUnavailable), self.database.write() as connection:
                connection.execute(_NOTE_SEEN, values)
