"""Creating accounts. Signing in to one is in `login.py`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Row, insert
from sqlalchemy.exc import IntegrityError

from . import audit
from .caller import Caller
from .database import Database
from .errors import EmailTaken, InvalidCredentials
from .login import Login
from .password_rules import PasswordRules
from .passwords import Passwords
from .sessions import IssuedSession
from .users import User, select_user


@dataclass(frozen=True)
class Accounts:
    """Creates accounts, and signs their new owners in."""

    database: Database
    passwords: Passwords
    rules: PasswordRules
    login: Login
    clock: Callable[[], float]

    async def register(
        self, name: str, email: str, password: str, caller: Caller, *, stay_signed_in: bool
    ) -> IssuedSession:
        """Create an account and sign in.

        Raises `EmailTaken`, `InvalidInput` for a weak password, or `InvalidCredentials`.
        """
        user = await self.create(name, email, password)
        issued = await run_in_threadpool(self.login.sign_in, user, None, caller, stay_signed_in)
        if issued is None:  # disabled in the blink since it was made
            raise InvalidCredentials
        return issued

    async def create(self, name: str, email: str, password: str) -> Row[Any]:
        """Create an account. Raises `EmailTaken`, or `InvalidInput` for a weak password."""
        self.rules.check(password, 'password')
        if await run_in_threadpool(self.login.find, email):
            raise EmailTaken
        password_hash = await self.passwords.hash(password)
        return await run_in_threadpool(self._insert, name, email, password_hash)

    def _insert(self, name: str, email: str, password_hash: str) -> Row[Any]:
        user_id, now = secrets.token_hex(16), self.clock()
        values = {'id': user_id, 'name': name, 'email': email, 'password_hash': password_hash}
        try:
            with self.database.write() as connection:
                connection.execute(insert(User).values(values | {'created_at': now}))
                user = connection.execute(select_user(User.id == user_id)).one()
        except IntegrityError as error:  # somebody was faster
            raise EmailTaken from error
        audit.record('registered', user=user_id)
        return user
