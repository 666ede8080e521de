"""What people do about their own account: log out everywhere, a new password, deletion.

Each ends many sessions at once (`every_session.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import ColumnElement, Row, and_

from .. import audit
from ..caller import Caller
from ..database.engine import Database
from ..database.users import USER_BY_ID, User
from ..errors import SessionEnded, WrongPassword
from ..identity import Identity, IssuedSession
from ..passwords.hashing import Passwords
from ..passwords.rules import PasswordRules
from ..sessions.end_reasons import EndReason
from ..sessions.rotation import Rotation
from .every_session import EverySession, count_epoch_up
from .throttle import Throttle


@dataclass(frozen=True)
class AccountSecurity:
    """Acts on all sessions of who asks. Any call may raise `DatabaseUnavailable`."""

    database: Database
    passwords: Passwords
    rules: PasswordRules
    rotation: Rotation
    throttle: Throttle
    every_session: EverySession

    def log_out_everywhere(self, identity: Identity) -> None:
        """End every session of the user, this one too, and every sign-in in flight."""
        self.every_session.end(identity.user_id, EndReason.LOGOUT_EVERYWHERE)

    def log_out_others(self, identity: Identity) -> None:
        """End every session of the user but this one, and every sign-in in flight."""
        reason, keep = EndReason.ENDED_ELSEWHERE, identity.session_id
        self.every_session.end(identity.user_id, reason, keep=keep)

    async def change_password(
        self, identity: Identity, current_password: str, new_password: str, caller: Caller
    ) -> IssuedSession:
        """Set a new password, end the user's other sessions, go on with a new token in this one.

        Raises `WrongPassword`, `InvalidInput` for a weak new one, `TooManyAttempts`, `ServiceBusy`,
        or `SessionEnded`.
        """
        about = (identity.name, identity.email)
        new_hash: str | None = None
        with self.throttle.hashing(caller.address):
            while True:
                user = await self._demand_password(identity, current_password, 'current_password')
                new_hash = new_hash or await self.passwords.hash_new(
                    new_password, self.rules.check, 'new_password', about
                )
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

    async def _demand_password(self, identity: Identity, password: str, field: str) -> Row[Any]:
        """Return the user if this is the password.

        Raises `WrongPassword`, `TooManyAttempts`, `ServiceBusy` or `SessionEnded`.
        """
        with self.throttle.password_check(identity.user_id):
            user_id = identity.user_id
            user = await run_in_threadpool(self.database.one, USER_BY_ID, user_id=user_id)
            if user is None:
                raise SessionEnded(EndReason.ACCOUNT_DELETED)
            right, _ = await self.passwords.verify(password, user.password_hash)
            if not right:
                audit.record('password_refused', user=user.id, session=identity.session_id)
                raise WrongPassword(field)
            return user

    def _set_password(
        self, user: Row[Any], new_hash: str, identity: Identity
    ) -> IssuedSession | None:
        """Do it all in one transaction; `None` if the account has changed since it was read."""
        reason, keep = EndReason.PASSWORD_CHANGED, identity.session_id
        with self.database.write() as connection:
            if not count_epoch_up(connection, _unchanged(user), password_hash=new_hash):
                return None
            ended = self.every_session.revoke(connection, user.id, reason, keep=keep)
            issued = self.rotation.rotate(connection, keep)
        audit.record('password_changed', user=user.id, session=keep, sessions=len(ended))
        self.every_session.announce(ended, reason)
        return issued

    def _delete(self, user: Row[Any], identity: Identity) -> bool:
        """Delete the user's rows; `False` if the account has changed since it was read."""
        with self.database.write() as connection:
            if not count_epoch_up(connection, _unchanged(user)):
                return False
            self.every_session.sessions.living_row(connection, identity.session_id)
            ended = self.every_session.delete(connection, user.id)
        audit.record('account_deleted', user=user.id, sessions=len(ended))
        self.every_session.announce(ended, EndReason.ACCOUNT_DELETED)
        return True


def _unchanged(user: Row[Any]) -> ColumnElement[bool]:
    return and_(User.id == user.id, User.auth_epoch == user.auth_epoch)
