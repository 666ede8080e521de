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
from .database import Database
from .errors import EmailTaken, InvalidCredentials, InvalidInput
from .login import Login
from .passwords import Passwords, normalize
from .sessions import IssuedSession
from .users import User, select_user


@dataclass(frozen=True)
class Accounts:
    """Creates accounts, and signs their new owners in."""

    database: Database
    passwords: Passwords
    login: Login
    password_min_characters: int
    clock: Callable[[], float]

    async def register(
        self, name: str, email: str, password: str, *, stay_signed_in: bool, jar: str | None
    ) -> IssuedSession:
        """Create an account and sign in; `jar` as in `Login.log_in`.

        Raises `EmailTaken`, `InvalidInput` for a weak password, or `InvalidCredentials`.
        """
        user = await self.create(name, email, password)
        issued = await run_in_threadpool(self.login.sign_in, user, None, stay_signed_in, jar)
        if issued is None:  # disabled in the blink since it was made
            raise InvalidCredentials
        return issued

    async def create(self, name: str, email: str, password: str) -> Row[Any]:
        """Create an account. Raises `EmailTaken`, or `InvalidInput` for a weak password."""
        if len(normalize(password)) < self.password_min_characters:
            sentence = f'Use at least {self.password_min_characters} characters.'
            raise InvalidInput({'password': sentence})
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
