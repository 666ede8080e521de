"""The life of a session: start, stay alive, end. Refreshing has a file of its own, `rotation.py`.

A session is one sign-in on one browser. Revocation is absorbing: nothing brings a session back.
Methods that take a connection run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from .. import audit
from ..caller import Caller
from ..database.engine import Database
from ..database.models import ADDRESS_CHARACTERS, USER_AGENT_CHARACTERS, Session
from ..errors import SessionEnded
from ..identity import Identity, IssuedSession
from ..settings import SessionLimits
from ..tokens.refresh_tokens import RefreshTokens, new_salt, new_session_id, parse
from .end_reasons import EndReason, ended_reason
from .rows import (
    SID,
    add_leaf,
    identity_of,
    read_session,
    revoke,
    revoke_least_used,
    select_sessions,
)
from .storage_evidence import StorageEvidence

MAX_IDS_IN_A_QUERY = 500

EndedListener = Callable[[str, str], None]

_START = insert(Session)
_SALT = select(Session.salt).where(Session.id == SID)


class Sessions:
    """Starts and ends sessions, knows which are alive. Any call may raise `DatabaseUnavailable`."""

    def __init__(
        self,
        database: Database,
        tokens: RefreshTokens,
        limits: SessionLimits,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._tokens = tokens
        self._limits = limits
        self._clock = clock
        self._evidence = StorageEvidence(database, tokens, limits)
        self._listeners: list[EndedListener] = []

    def on_ended(self, listener: EndedListener) -> None:
        """Call `listener(session_id, reason)` after each end, from whichever thread ended it."""
        self._listeners.append(listener)

    def start(
        self, connection: Connection, user: Row[Any], caller: Caller, *, stay_signed_in: bool
    ) -> IssuedSession:
        """Start a session for a user whose password has just been verified.

        The browser's last one ends, and the one used longest ago of somebody who has too many.
        """
        now = self._clock()
        ended = self._make_room(connection, user.id, caller, now)
        limits = self._limits
        session_id, salt = new_session_id(), new_salt()
        idle_expires_at = now + min(limits.idle_seconds, limits.absolute_seconds)
        columns = {
            'id': session_id,
            'user_id': user.id,
            'salt': salt,
            'stay_signed_in': stay_signed_in,
            'user_agent': caller.user_agent[:USER_AGENT_CHARACTERS],
            'address': caller.address[:ADDRESS_CHARACTERS],
            'created_at': now,
            'last_used_at': now,
            'idle_expires_at': idle_expires_at,
            'abs_expires_at': now + limits.absolute_seconds,
        }
        connection.execute(_START, columns)
        add_leaf(connection, self._tokens, session_id, salt, generation=0, now=now)
        return IssuedSession(
            Identity(user.id, session_id, user.name, user.email, now),
            self._tokens.issue(session_id, 0, salt),
            generation=0,
            cookie_seconds=int(idle_expires_at - now) if stay_signed_in else None,
            ended=ended,
        )

    def announce_start(self, issued: IssuedSession) -> None:
        """Record a start that is committed, and the ends that came with it."""
        identity = issued.identity
        audit.record('logged_in', user=identity.user_id, session=identity.session_id)
        for session_id, reason in issued.ended:
            self.announce_end(session_id, reason)

    def require_living(self, session_id: str, refresh_token: str | None = None) -> Identity:
        """Return who the session belongs to, if it lives.

        `refresh_token` came with the same request, if any did: its return shows that the browser
        has stored it (`storage_evidence.py`). Raises `SessionEnded`.
        """
        with self._database.read() as connection:
            row = self.living_row(connection, session_id)
        if refresh_token:
            self._evidence.note(row, refresh_token, self._clock())
        return identity_of(row)

    def living_row(
        self, connection: Connection, session_id: str, generation: int | None = None
    ) -> Row[Any]:
        """Return the living session as `rows.read_session` does. Raises `SessionEnded`."""
        row = read_session(connection, session_id, generation)
        reason = ended_reason(row, self._clock())
        if row is None or reason:
            raise SessionEnded(str(reason))
        return row

    def ended_among(self, session_ids: Sequence[str]) -> dict[str, str]:
        """Return which of these sessions are over, and why. For pages that stay open."""
        now = self._clock()
        rows: dict[str, Row[Any]] = {}
        with self._database.read() as connection:
            for start in range(0, len(session_ids), MAX_IDS_IN_A_QUERY):
                some = session_ids[start : start + MAX_IDS_IN_A_QUERY]
                found = connection.execute(select_sessions(Session.id.in_(some)))
                rows.update((row.id, row) for row in found)
        reasons = {id_: ended_reason(rows.get(id_), now) for id_ in session_ids}
        return {id_: reason for id_, reason in reasons.items() if reason}

    def log_out(self, refresh_token: str | None, session_id: str | None) -> None:
        """Log out of the session of any genuine refresh token, even a used one, and of one by id."""
        reason = EndReason.LOGOUT
        if not session_id and not self.knows(refresh_token):
            return  # whatever strangers make up must not keep others from writing
        with self._database.write() as connection:
            now = self._clock()
            named = filter(None, (self._session_of(connection, refresh_token), session_id))
            ended = [one for one in named if revoke(connection, one, reason, now)]
        for one in ended:
            self.announce_end(one, reason)

    def knows(self, text: str | None) -> bool:
        """Say whether this is a refresh token of ours, of a living session or not. Locks nothing."""
        if parse(text) is None:
            return False
        with self._database.read() as connection:
            return self._session_of(connection, text) is not None

    def end(self, session_id: str, reason: EndReason) -> None:
        """End one session by id, if it is alive."""
        with self._database.write() as connection:
            ended = revoke(connection, session_id, reason, self._clock())
        if ended:
            self.announce_end(session_id, reason)

    def announce_end(self, session_id: str, reason: str) -> None:
        """Record an end that is committed, and tell the listeners."""
        audit.record('session_ended', session=session_id, reason=reason)
        for listener in self._listeners:
            listener(session_id, reason)

    def _make_room(
        self, connection: Connection, user_id: str, caller: Caller, now: float
    ) -> tuple[tuple[str, str], ...]:
        """End what must go for a new session; return the ids, with the reasons."""
        old = self._session_of(connection, caller.refresh_token)
        replaced = [old] if old and revoke(connection, old, EndReason.REPLACED, now) else []
        keep = self._limits.sessions_per_user - 1
        crowded_out = revoke_least_used(connection, user_id, EndReason.TOO_MANY, now, keep=keep)
        return (
            *((session_id, EndReason.REPLACED) for session_id in replaced),
            *((session_id, EndReason.TOO_MANY) for session_id in crowded_out),
        )

    def _session_of(self, connection: Connection, text: str | None) -> str | None:
        """Return which session a genuine token is of."""
        token = parse(text)
        if token is None:
            return None
        salt = connection.execute(_SALT, {'sid': token.session_id}).scalar()
        if salt is None or not self._tokens.is_genuine(token, salt):
            return None
        return token.session_id
