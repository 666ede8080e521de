"""What a refresh token that somebody holds is worth. Asks only: nothing is locked, rotated or ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ..database.engine import Database
from ..errors import SessionEnded
from ..settings import SessionLimits
from ..tokens.refresh_tokens import RefreshTokens, parse
from .lifecycle import Sessions
from .outcomes import Outcome, judge


@dataclass(frozen=True)
class HeldTokens:
    """Looks at refresh tokens. Each method raises `DatabaseUnavailable`."""

    database: Database
    sessions: Sessions
    tokens: RefreshTokens
    limits: SessionLimits
    clock: Callable[[], float]

    def is_current(self, text: str | None, session_id: str) -> bool:
        """Say whether the session lives, and this is its latest refresh token."""
        row = self._read(text, session_id)
        return row is not None and row.generation == row.leaf_generation

    def is_renewable(self, text: str | None, session_id: str) -> bool:
        """Say whether the session lives, and a refresh with this token would be answered."""
        row = self._read(text, session_id)
        if row is None:
            return False
        return judge(row, self.limits.overlap_seconds, self.clock()) is not Outcome.REPLAYED

    def _read(self, text: str | None, session_id: str) -> Row[Any] | None:
        """Read a living session by one of its refresh tokens; `None` if it is not that."""
        token = parse(text)
        if token is None or token.session_id != session_id:
            return None
        try:
            with self.database.read() as connection:
                row = self.sessions.living_row(connection, session_id, token.generation)
        except SessionEnded:
            return None
        return row if self.tokens.is_genuine(token, row.salt) else None
