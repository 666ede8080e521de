"""What one refresh does, in one transaction. Which row of the table applies is in `outcomes.py`.

The first statement locks the session row and is itself the guard; so of two callers at one instant
the second sees what the first has done, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, update

from .. import audit
from ..database.engine import Database
from ..database.models import IS_LEAF, RefreshToken, Session
from ..errors import InvalidRefreshToken, SessionEnded
from ..identity import IssuedSession
from ..settings import SessionLimits
from ..tokens.refresh_tokens import RefreshTokens, UnverifiedToken, parse
from .end_reasons import EndReason, ended_reason
from .lifecycle import Sessions
from .outcomes import Outcome, judge
from .rows import IS_ALIVE, NOW, SID, add_leaf, identity_of, read_session, revoke

_of_session = RefreshToken.session_id == SID
_LOCK = update(Session).where(Session.id == SID, IS_ALIVE).values(lock_seq=Session.lock_seq + 1)
_SUPERSEDE = update(RefreshToken).where(_of_session, IS_LEAF).values(superseded_at=NOW)
_USE = (
    update(RefreshToken)
    .where(_of_session, RefreshToken.generation == bindparam('used_generation'))
    .values(used_at=NOW)
)
_PRUNE = delete(RefreshToken).where(
    _of_session,
    (RefreshToken.used_at < bindparam('too_old')) | RefreshToken.superseded_at.is_not(None),
)
_SLIDE = (
    update(Session)
    .where(Session.id == SID)
    .values(idle_expires_at=bindparam('idle_until'), last_used_at=NOW)
)


@dataclass(frozen=True)
class Rotation:
    """Answers refreshes."""

    database: Database
    sessions: Sessions
    tokens: RefreshTokens
    limits: SessionLimits
    clock: Callable[[], float]

    def refresh(self, text: str) -> IssuedSession:
        """Exchange a refresh token for the session's current one.

        Raises `InvalidRefreshToken` for a token we never issued and `SessionEnded` for one whose
        session is over; a replay ends its session, committed before the error is raised.
        """
        token = parse(text)
        if token is None:
            raise InvalidRefreshToken
        with self.database.write() as connection:
            now = self.clock()  # after the wait for the write lock
            session = self._lock(connection, token, now)
            if token.generation > session.leaf_generation:
                raise InvalidRefreshToken
            outcome = judge(session, self.limits.overlap_seconds, now)
            generation, idle_expires_at = session.leaf_generation, session.idle_expires_at
            if outcome is Outcome.OVERLAPPED:
                connection.rollback()  # a repeated answer leaves no trace
            elif outcome is Outcome.REPLAYED:
                revoke(connection, session.id, EndReason.REPLAY, now)
            else:
                generation += 1
                self._renew(connection, session, token.generation, now)
                idle_expires_at = self._slide(connection, session, outcome, now)
        self._record(outcome, session.id, token.generation)
        if outcome is Outcome.REPLAYED:
            self.sessions.announce_end(session.id, EndReason.REPLAY)
            raise SessionEnded(EndReason.REPLAY)
        return self._issue(session, outcome, generation, idle_expires_at, now)

    def rotate(self, connection: Connection, session_id: str) -> IssuedSession:
        """Rotate a session whose owner has just shown more than a token: the password.

        Runs inside the caller's transaction. Raises `SessionEnded`.
        """
        now = self.clock()
        connection.execute(_LOCK, {'sid': session_id, 'now': now})
        session = self.sessions.living_row(connection, session_id)
        self._renew(connection, session, session.leaf_generation, now)
        outcome = Outcome.ROTATED
        idle_expires_at = self._slide(connection, session, outcome, now)
        return self._issue(session, outcome, session.leaf_generation + 1, idle_expires_at, now)

    def _lock(self, connection: Connection, token: UnverifiedToken, now: float) -> Row[Any]:
        """Lock the session of a token that we once issued, if it is alive; return its row."""
        connection.execute(_LOCK, {'sid': token.session_id, 'now': now})
        session = read_session(connection, token.session_id, token.generation)
        if session is None or not self.tokens.is_genuine(token, session.salt):
            raise InvalidRefreshToken
        if reason := ended_reason(session, now):
            # Disabled by hand, in the table: `Administration.disable` revokes the sessions itself.
            if reason == EndReason.DISABLED and revoke(connection, session.id, reason, now):
                connection.commit()
                self.sessions.announce_end(session.id, reason)
            raise SessionEnded(reason)
        return session

    def _renew(
        self, connection: Connection, session: Row[Any], used_generation: int, now: float
    ) -> None:
        """Put a new leaf in the old one's place, and drop the rows that no rule needs any more."""
        of_session = {'sid': session.id, 'now': now}
        if used_generation != session.leaf_generation:
            connection.execute(_SUPERSEDE, of_session)
        # A recovered token counts as used now: the other tabs of this moment still hold it.
        connection.execute(_USE, of_session | {'used_generation': used_generation})
        too_old = now - self.limits.overlap_seconds
        connection.execute(_PRUNE, {'sid': session.id, 'too_old': too_old})
        generation = session.leaf_generation + 1
        add_leaf(connection, self.tokens, session.id, session.salt, generation=generation, now=now)

    def _slide(
        self, connection: Connection, session: Row[Any], outcome: Outcome, now: float
    ) -> float:
        """Note the use; after a rotation move the idle limit on, never past the absolute one.

        Returns the idle limit.
        """
        idle_until: float = session.idle_expires_at
        if outcome is Outcome.ROTATED:
            idle_until = min(now + self.limits.idle_seconds, session.abs_expires_at)
        connection.execute(_SLIDE, {'sid': session.id, 'idle_until': idle_until, 'now': now})
        return idle_until

    def _record(self, outcome: Outcome, session_id: str, generation: int) -> None:
        level = logging.CRITICAL if outcome is Outcome.REPLAYED else logging.INFO
        audit.record('refresh_' + outcome, level=level, session=session_id, generation=generation)

    def _issue(
        self,
        session: Row[Any],
        outcome: Outcome,
        generation: int,
        idle_expires_at: float,
        now: float,
    ) -> IssuedSession:
        seconds = int(idle_expires_at - now)
        return IssuedSession(
            identity_of(session),
            self.tokens.issue(session.id, generation, session.salt),
            generation,
            seconds if session.stay_signed_in else None,
            outcome,
        )
