"""What ends many sessions at once: log out everywhere, a new password, deletion, disabling.

Each counts the user's `auth_epoch` up first and revokes in the same transaction. So a login whose
password was verified before it finds another epoch, and a refresh in flight finds its session over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, update

from .. import audit
from ..caller import Caller
from ..database.engine import Database
from ..database.users import USER_BY_ID, User
from ..errors import SessionEnded, WrongPassword
from ..identity import Identity, IssuedSession
from ..passwords.hashing import Passwords
from ..passwords.rules import PasswordRules
from ..sessions.end_reasons import EndReason
from ..sessions.lifecycle import Sessions
from ..sessions.rotation import Rotation
from ..sessions.rows import revoke_all_of_user
from .throttle import Throttle


@dataclass(frozen=True)
class AccountSecurity:
    """Acts on all sessions of one user. Any call may raise `DatabaseUnavailable`."""

    database: Database
    passwords: Passwords
    rules: PasswordRules
    sessions: Sessions
    rotation: Rotation
    throttle: Throttle
    clock: Callable[[], float]

    def log_out_everywhere(self, identity: Identity) -> None:
        """End every session of the user, this one too, and every sign-in in flight."""
        self._end_all(identity.user_id, EndReason.LOGOUT_EVERYWHERE)

    def log_out_others(self, identity: Identity) -> None:
        """End every session of the user but this one, and every sign-in in flight."""
        self._end_all(identity.user_id, EndReason.ENDED_ELSEWHERE, keep=identity.session_id)

    def disable(self, user_id: str) -> None:
        """Let the user in no more, until `enable`."""
        self._end_all(user_id, EndReason.DISABLED, disabled_at=self.clock())

    def enable(self, user_id: str) -> None:
        """Let a disabled user sign in again; the sessions ended then stay ended."""
        with self.database.write() as connection:
            connection.execute(update(User).where(User.id == user_id).values(disabled_at=None))
        audit.record('user_enabled', user=user_id)

    async def change_password(
        self, identity: Identity, current_password: str, new_password: str, caller: Caller
    ) -> IssuedSession:
        """Set a new password, end the user's other sessions, go on with a new token in this one.

        Raises `WrongPassword`, `InvalidInput` for a weak new one, `TooManyAttempts`, `ServiceBusy`,
        or `SessionEnded`.
        """
        about = (identity.name, identity.email)
        self.rules.check(new_password, 'new_password', about)
        new_hash: str | None = None
        with self.throttle.hashing(caller.address):
            while True:
                user = await self._demand_password(identity, current_password, 'current_password')
                new_hash = new_hash or await self.passwords.hash(new_password)
                issued = await run_in_threadpool(self._set_password, user, new_hash, identity)
                if issued:
                    return issued

    async def delete(self, identity: Identity, password: str, caller: Caller) -> None:
        """Delete the user with all that is known about them.

        Raises `WrongPassword`, `TooManyAttempts`, `ServiceBusy`, or `SessionEnded` if this session
        ended while it was looked at.
        """
        with self.throttle.hashing(caller.address):
            while True:
                user = await self._demand_password(identity, password, 'password')
                if await run_in_threadpool(self._delete, user, identity):
                    return

    def _end_all(
        self, user_id: str, reason: EndReason, *, keep: str | None = None, **values: Any
    ) -> None:
        with self.database.write() as connection:
            _count_epoch_up(connection, User.id == user_id, **values)
            ended = revoke_all_of_user(connection, user_id, reason, self.clock(), keep=keep)
        audit.record(reason, user=user_id, sessions=len(ended))  # each reason is an event, too
        self._announce(ended, reason)

    async def _demand_password(self, identity: Identity, password: str, field: str) -> Row[Any]:
        """Return the user if this is the password.

        Raises `WrongPassword`, `TooManyAttempts`, `ServiceBusy` or `SessionEnded`.
        """
        with self.throttle.password_check(identity.user_id):
            user = await run_in_threadpool(self._find, identity.user_id)
            if user is None:
                raise SessionEnded(EndReason.ACCOUNT_DELETED)
            right, _ = await self.passwords.verify(password, user.password_hash)
            if not right:
                audit.record('password_refused', user=user.id, session=identity.session_id)
                raise WrongPassword(field)
            return user

    def _find(self, user_id: str) -> Row[Any] | None:
        with self.database.read() as connection:
            return connection.execute(USER_BY_ID, {'user_id': user_id}).one_or_none()

    def _set_password(
        self, user: Row[Any], new_hash: str, identity: Identity
    ) -> IssuedSession | None:
        """Do it all in one transaction; `None` if the account has changed since it was read."""
        reason, keep = EndReason.PASSWORD_CHANGED, identity.session_id
        with self.database.write() as connection:
            if not _count_epoch_up(connection, _unchanged(user), password_hash=new_hash):
                return None
            ended = revoke_all_of_user(connection, user.id, reason, self.clock(), keep=keep)
            issued = self.rotation.rotate(connection, keep)
        audit.record('password_changed', user=user.id, session=keep, sessions=len(ended))
        self._announce(ended, reason)
        return issued

    def _delete(self, user: Row[Any], identity: Identity) -> bool:
        """Delete the user's rows; `False` if the account has changed since it was read."""
        reason = EndReason.ACCOUNT_DELETED
        with self.database.write() as connection:
            if not _count_epoch_up(connection, _unchanged(user)):
                return False
            self.sessions.living_row(connection, identity.session_id)
            # Services that keep a list of ended sessions hear of these ends, too.
            ended = revoke_all_of_user(connection, user.id, reason, self.clock())
            connection.execute(delete(User).where(User.id == user.id))  # its sessions go with it
        audit.record('account_deleted', user=user.id, sessions=len(ended))
        self._announce(ended, reason)
        return True

    def _announce(self, ended: Sequence[str], reason: EndReason) -> None:
        for session_id in ended:
            self.sessions.announce_end(session_id, reason)


def _unchanged(user: Row[Any]) -> ColumnElement[bool]:
    return and_(User.id == user.id, User.auth_epoch == user.auth_epoch)


def _count_epoch_up(connection: Connection, condition: ColumnElement[bool], **values: Any) -> bool:
    """Void whatever was verified about a user before; say if there was such a user."""
    values['auth_epoch'] = User.auth_epoch + 1
    return connection.execute(update(User).where(condition).values(values)).rowcount == 1
