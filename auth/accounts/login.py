"""Signing in: the right password starts a new session, and ends the one this browser had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Row, bindparam, update

from .. import audit
from ..caller import Caller
from ..database.engine import Database
from ..database.users import USER_BY_EMAIL, User
from ..errors import InvalidCredentials
from ..identity import IssuedSession
from ..passwords.hashing import Passwords
from ..sessions.lifecycle import Sessions
from .throttle import Throttle

_unchanged = (User.id == bindparam('user_id')) & (User.auth_epoch == bindparam('epoch'))
_TOUCH = update(User).where(_unchanged, User.disabled_at.is_(None))


@dataclass(frozen=True)
class Login:
    """Checks who somebody is."""

    database: Database
    passwords: Passwords
    sessions: Sessions
    throttle: Throttle
    clock: Callable[[], float]

    async def log_in(
        self, email: str, password: str, caller: Caller, *, stay_signed_in: bool
    ) -> IssuedSession:
        """Verify a password, start a session.

        Raises `InvalidCredentials`, `TooManyAttempts` or `ServiceBusy`.
        """
        with self.throttle.login(email, caller.address):
            while True:
                user = await run_in_threadpool(self.find, email)
                old_hash = user.password_hash if user else None
                right, rehash = await self.passwords.verify(password, old_hash)
                if user is None or not right or user.disabled_at is not None:
                    audit.record('login_refused', user=user.id if user else 'unknown')
                    raise InvalidCredentials
                issued = await run_in_threadpool(
                    self.sign_in, user, rehash, caller, stay_signed_in=stay_signed_in
                )
                if issued:
                    return issued

    def find(self, email: str) -> Row[Any] | None:
        """Return the user with this e-mail address, in its normalized form."""
        return self.database.one(USER_BY_EMAIL, address=email)

    def sign_in(
        self, user: Row[Any], new_hash: str | None, caller: Caller, *, stay_signed_in: bool
    ) -> IssuedSession | None:
        """Start a session; `None` if the account has changed since its password was read."""
        seen = {'user_id': user.id, 'epoch': user.auth_epoch}
        values = {'last_login_at': self.clock(), 'password_hash': new_hash or user.password_hash}
        with self.database.write() as connection:
            # Guarded by the epoch: a force logout in between wins.
            if connection.execute(_TOUCH, seen | values).rowcount != 1:
                return None
            issued = self.sessions.start(connection, user, caller, stay_signed_in=stay_signed_in)
        self.sessions.announce_start(issued)
        return issued
