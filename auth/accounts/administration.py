"""What a program does about other people's accounts, on behalf of whoever runs the app.

No call of HTTP leads here, and no password is asked for: whose word counts is the host's to decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import update

from .. import audit
from ..database.engine import Database
from ..database.users import USER_BY_EMAIL, USER_BY_ID, User
from ..passwords.hashing import Passwords
from ..passwords.rules import PasswordRules
from ..sessions.end_reasons import EndReason
from .email_address import normalized
from .every_session import EverySession, count_epoch_up


@dataclass(frozen=True)
class Account:
    """An account, as whoever runs the app may see it. Times are Unix seconds."""

    user_id: str
    name: str
    email: str
    created_at: float
    last_login_at: float | None
    is_disabled: bool


@dataclass(frozen=True)
class Administration:
    """Finds accounts, and acts on one: each call says whether there is such an account.

    Any may raise `DatabaseUnavailable`.
    """

    database: Database
    passwords: Passwords
    rules: PasswordRules
    every_session: EverySession
    clock: Callable[[], float]

    async def find(self, email: str) -> Account | None:
        """Return the account with this e-mail address, however it is spelled."""
        try:
            address = normalized(email)
        except ValueError:
            return None
        user = await run_in_threadpool(self.database.one, USER_BY_EMAIL, address=address)
        return user and Account(
            user_id=user.id,
            name=user.name,
            email=user.email,
            created_at=user.created_at,
            last_login_at=user.last_login_at,
            is_disabled=user.disabled_at is not None,
        )

    async def set_password(self, user_id: str, new_password: str) -> bool:
        """Replace a forgotten password, and end all sessions.

        Raises `InvalidInput` for a weak one, and `ServiceBusy`.
        """
        user = await run_in_threadpool(self.database.one, USER_BY_ID, user_id=user_id)
        if user is None:
            return False
        about = (user.name, user.email)
        new_hash = await self.passwords.hash_new(
            new_password, self.rules.check, 'new_password', about
        )
        return await self._end_all(user_id, EndReason.PASSWORD_CHANGED, password_hash=new_hash)

    async def log_out(self, user_id: str) -> bool:
        """End all sessions; the user may sign in again."""
        return await self._end_all(user_id, EndReason.ENDED_BY_OPERATOR)

    async def disable(self, user_id: str) -> bool:
        """Let the user in no more, until `enable`."""
        return await self._end_all(user_id, EndReason.DISABLED, disabled_at=self.clock())

    async def enable(self, user_id: str) -> bool:
        """Let a disabled user sign in again; the sessions ended then stay ended."""
        return await run_in_threadpool(self._enable, user_id)

    async def delete(self, user_id: str) -> bool:
        """Delete the account with all that is known about it."""
        return await run_in_threadpool(self._delete, user_id)

    async def _end_all(self, user_id: str, reason: EndReason, **values: Any) -> bool:
        return await run_in_threadpool(self.every_session.end, user_id, reason, **values)

    def _enable(self, user_id: str) -> bool:
        with self.database.write() as connection:
            enable = update(User).where(User.id == user_id).values(disabled_at=None)
            is_there = connection.execute(enable).rowcount == 1
        if is_there:
            audit.record('user_enabled', user=user_id)
        return is_there

    def _delete(self, user_id: str) -> bool:
        with self.database.write() as connection:
            if not count_epoch_up(connection, User.id == user_id):
                return False
            ended = self.every_session.delete(connection, user_id)
        audit.record('account_deleted', user=user_id, sessions=len(ended))
        self.every_session.announce(ended, EndReason.ACCOUNT_DELETED)
        return True
