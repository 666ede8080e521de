"""All sessions of a user at one blow, and every sign-in in flight with them.

The user's `auth_epoch` is counted up first, and sessions are revoked in the same transaction. So a
login whose password was verified before it finds another epoch, and a refresh in flight finds its
session over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, update

from .. import audit
from ..database.engine import Database
from ..database.users import User
from ..sessions.end_reasons import EndReason
from ..sessions.lifecycle import Sessions
from ..sessions.rows import revoke_all_of_user


@dataclass(frozen=True)
class EverySession:
    """Ends them, and tells whoever listens. Any call may raise `DatabaseUnavailable`."""

    database: Database
    sessions: Sessions
    clock: Callable[[], float]

    def end(
        self, user_id: str, reason: EndReason, *, keep: str | None = None, **values: Any
    ) -> bool:
        """End the user's sessions, but for `keep`, and set `values`; say if there is such a user."""
        with self.database.write() as connection:
            is_there = count_epoch_up(connection, User.id == user_id, **values)
            ended = self.revoke(connection, user_id, reason, keep=keep)
        if is_there:
            audit.record(reason, user=user_id, sessions=len(ended))  # each reason is an event, too
        self.announce(ended, reason)
        return is_there

    def delete(self, connection: Connection, user_id: str) -> Sequence[str]:
        """Delete the user with all that is known about them; return which ends to announce."""
        # Services that keep a list of ended sessions hear of these ends, too.
        ended = self.revoke(connection, user_id, EndReason.ACCOUNT_DELETED)
        connection.execute(delete(User).where(User.id == user_id))  # its sessions go with it
        return ended

    def revoke(
        self, connection: Connection, user_id: str, reason: EndReason, *, keep: str | None = None
    ) -> Sequence[str]:
        """Revoke the user's sessions, but for `keep`; return which are to be announced."""
        return revoke_all_of_user(connection, user_id, reason, self.clock(), keep=keep)

    def announce(self, ended: Sequence[str], reason: EndReason) -> None:
        """Tell whoever listens, after COMMIT."""
        for session_id in ended:
            self.sessions.announce_end(session_id, reason)


def count_epoch_up(connection: Connection, condition: ColumnElement[bool], **values: Any) -> bool:
    """Void whatever was verified about a user before; say if there was such a user."""
    values['auth_epoch'] = User.auth_epoch + 1
    return connection.execute(update(User).where(condition).values(values)).rowcount == 1
