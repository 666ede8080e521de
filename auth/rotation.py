"""What one refresh does: the table of session-rules as code, in one transaction.

INVALID and ENDED refuse, ROTATE renews, OVERLAP repeats, RECOVER forgives a lost answer, REPLAY
ends the session. The first statement locks the session row and is itself the guard; so of two
callers at one instant the second sees what the first has done, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from . import audit
from .database import Database
from .errors import InvalidRefreshToken, SessionEnded
from .models import IS_LIVE, RefreshToken, Session
from .refresh_tokens import PresentedToken, RefreshTokens, parse
from .session_rows import EndReason, add_leaf, ended_reason, is_alive, revoke, select_sessions
from .sessions import Identity, IssuedSession, Sessions
from .settings import SessionLimits


class Outcome(StrEnum):
    """How a genuine token of a living session is answered."""

    ROTATED = 'rotated'
    OVERLAPPED = 'overlapped'
    RECOVERED = 'recovered'
    REPLAYED = 'replayed'


@dataclass(frozen=True)
class Refreshed:
    """The session after a refresh, and how it came about."""

    issued: IssuedSession
    outcome: Outcome


@dataclass(frozen=True)
class Rotation:
    """Answers refreshes."""

    database: Database
    sessions: Sessions
    tokens: RefreshTokens
    limits: SessionLimits
    clock: Callable[[], float]

    def refresh(self, text: str) -> Refreshed:
        """Exchange a refresh token for the session's current one.

        Raises `InvalidRefreshToken` for a token we never issued and `SessionEnded` for one whose
        session is over; a replay ends its session, committed before the error is raised.
        """
        presented = parse(text)
        with self.database.write() as connection:
            now = self.clock()  # after the wait for the write lock
            session = self._lock_living(connection, presented, now)
            rows = _token_rows(connection, session.id)
            leaf = _leaf(rows)
            if presented.generation > leaf.generation:
                raise InvalidRefreshToken
            outcome = self._judge(rows.get(presented.generation), leaf, now)
            generation, idle_expires_at = leaf.generation, session.idle_expires_at
            if outcome is Outcome.OVERLAPPED:
                connection.rollback()  # a repeated answer leaves no trace
            elif outcome is Outcome.REPLAYED:
                revoke(connection, session.id, EndReason.REPLAY, now)
            else:
                generation += 1
                self._renew(connection, session, leaf, presented.generation, now)
                idle_expires_at = self._slide(connection, session, outcome, now)
        self._tell(outcome, session.id, presented.generation)
        return Refreshed(self._issue(session, generation, idle_expires_at, now), outcome)

    def rotate(self, connection: Connection, session_id: str) -> IssuedSession:
        """Rotate a session whose owner has just shown more than a token: the password.

        Runs inside the caller's transaction. Raises `SessionEnded`.
        """
        now = self.clock()
        session = self._lock(connection, session_id, now)
        reason = ended_reason(session, now)
        if session is None or reason:
            raise SessionEnded(str(reason))
        leaf = _leaf(_token_rows(connection, session_id))
        self._renew(connection, session, leaf, leaf.generation, now)
        idle_expires_at = self._slide(connection, session, Outcome.ROTATED, now)
        return self._issue(session, leaf.generation + 1, idle_expires_at, now)

    def _lock_living(
        self, connection: Connection, presented: PresentedToken, now: float
    ) -> Row[Any]:
        """Lock the session of a token that we once issued, if it is alive."""
        session = self._lock(connection, presented.session_id, now)
        if session is None or not self.tokens.is_genuine(presented, session.salt):
            raise InvalidRefreshToken
        if reason := ended_reason(session, now):
            if reason == EndReason.DISABLED and revoke(connection, session.id, reason, now):
                connection.commit()
                self.sessions.announce_end(session.id, reason)
            raise SessionEnded(reason)
        return session

    def _lock(self, connection: Connection, session_id: str, now: float) -> Row[Any] | None:
        """Lock a session's row if it is alive; return it in any case.

        The first statement is itself the guard: a concurrent caller waits here, and then sees what
        the other has done.
        """
        connection.execute(
            update(Session)
            .where(Session.id == session_id, is_alive(now))
            .values(lock_seq=Session.lock_seq + 1)
        )
        return connection.execute(select_sessions(Session.id == session_id)).one_or_none()

    def _judge(self, presented: Row[Any] | None, leaf: Row[Any], now: float) -> Outcome:
        """Choose among rows 2 to 5 of the table. `None` is genuine, but pruned long ago."""
        if presented is None or presented.superseded_at is not None:
            return Outcome.REPLAYED
        if presented.used_at is None:
            return Outcome.ROTATED
        overlap = self.limits.overlap_seconds
        if now - presented.used_at <= overlap:
            return Outcome.OVERLAPPED
        if leaf.seen_at is None and presented.used_at >= leaf.issued_at - overlap:
            return Outcome.RECOVERED
        return Outcome.REPLAYED

    def _renew(
        self,
        connection: Connection,
        session: Row[Any],
        leaf: Row[Any],
        used_generation: int,
        now: float,
    ) -> None:
        """Put a new leaf in the old one's place, and drop the rows that no rule needs any more."""
        of_session = RefreshToken.session_id == session.id
        if used_generation != leaf.generation:
            connection.execute(
                update(RefreshToken).where(of_session, IS_LIVE).values(superseded_at=now)
            )
        # A recovered token counts as used now: the other tabs of this moment still hold it.
        connection.execute(
            update(RefreshToken)
            .where(of_session, RefreshToken.generation == used_generation)
            .values(used_at=now)
        )
        too_old = RefreshToken.used_at < now - self.limits.overlap_seconds
        superseded = RefreshToken.superseded_at.is_not(None)
        connection.execute(delete(RefreshToken).where(of_session, too_old | superseded))
        add_leaf(
            connection,
            self.tokens,
            session.id,
            session.salt,
            generation=leaf.generation + 1,
            now=now,
        )

    def _slide(
        self, connection: Connection, session: Row[Any], outcome: Outcome, now: float
    ) -> float:
        """Note the use; after a rotation move the idle limit on, never past the absolute one.

        Returns the idle limit.
        """
        idle_expires_at = session.idle_expires_at
        if outcome is Outcome.ROTATED:
            idle_expires_at = min(now + self.limits.idle_seconds, session.abs_expires_at)
        connection.execute(
            update(Session)
            .where(Session.id == session.id)
            .values(idle_expires_at=idle_expires_at, last_used_at=now)
        )
        return float(idle_expires_at)

    def _tell(self, outcome: Outcome, session_id: str, generation: int) -> None:
        """Record what is committed. Raises `SessionEnded` after a replay."""
        level = logging.CRITICAL if outcome is Outcome.REPLAYED else logging.INFO
        audit.record('refresh_' + outcome, level=level, session=session_id, generation=generation)
        if outcome is Outcome.REPLAYED:
            self.sessions.announce_end(session_id, EndReason.REPLAY)
            raise SessionEnded(EndReason.REPLAY)

    def _issue(
        self, session: Row[Any], generation: int, idle_expires_at: float, now: float
    ) -> IssuedSession:
        seconds = int(idle_expires_at - now)
        return IssuedSession(
            Identity(session.user_id, session.id, session.name, session.email, session.created_at),
            self.tokens.issue(session.id, generation, session.salt),
            generation,
            seconds if session.stay_signed_in else None,
        )


def _token_rows(connection: Connection, session_id: str) -> dict[int, Row[Any]]:
    """Read the session's token rows by generation."""
    query = select(*RefreshToken.__table__.columns).where(RefreshToken.session_id == session_id)
    return {row.generation: row for row in connection.execute(query)}


def _leaf(rows: dict[int, Row[Any]]) -> Row[Any]:
    return next(row for row in rows.values() if _is_live(row))


def _is_live(row: Row[Any]) -> bool:
    return row.used_at is None and row.superseded_at is None
