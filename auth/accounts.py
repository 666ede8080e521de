"""Accounts: registering and signing in. Both end in a new session, never in an old one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from . import audit
from .database import Database
from .errors import EmailTaken, InvalidCredentials, InvalidInput, InvalidRefreshToken
from .models import User
from .passwords import Passwords, normalize
from .refresh_tokens import PresentedToken, parse
from .sessions import EndReason, IssuedSession, Sessions


@dataclass(frozen=True)
class Accounts:
    """Creates accounts and checks who is who. `jar`: the refresh cookie the request brought."""

    database: Database
    passwords: Passwords
    sessions: Sessions
    password_min_characters: int
    clock: Callable[[], float]

    async def create(self, name: str, email: str, password: str) -> Row[Any]:
        """Create an account. Raises `EmailTaken`, or `InvalidInput` for a weak password."""
        if len(normalize(password)) < self.password_min_characters:
            sentence = f'Use at least {self.password_min_characters} characters.'
            raise InvalidInput({'password': sentence})
        if await run_in_threadpool(self._find, email):
            raise EmailTaken
        password_hash = await self.passwords.hash(password)
        return await run_in_threadpool(self._insert, name, email, password_hash)

    async def register(
        self, name: str, email: str, password: str, *, stay_signed_in: bool, jar: str | None
    ) -> IssuedSession:
        """Create an account and sign in.

        Raises `EmailTaken`, `InvalidInput` for a weak password, or `InvalidCredentials`.
        """
        user = await self.create(name, email, password)
        issued = await run_in_threadpool(self._sign_in, user, None, stay_signed_in, jar)
        if issued is None:  # disabled in the blink since it was made
            raise InvalidCredentials
        return issued

    async def log_in(
        self, email: str, password: str, *, stay_signed_in: bool, jar: str | None
    ) -> IssuedSession:
        """Verify a password and start a session. Raises `InvalidCredentials`."""
        while True:
            user = await run_in_threadpool(self._find, email)
            password_hash = user.password_hash if user else None
            right, new_hash = await self.passwords.verify(password, password_hash)
            if user is None or not right or user.disabled_at is not None:
                audit.record('login_refused', user=user.id if user else 'unknown')
                raise InvalidCredentials
            issued = await run_in_threadpool(self._sign_in, user, new_hash, stay_signed_in, jar)
            if issued:
                return issued

    def _find(self, email: str) -> Row[Any] | None:
        with self.database.read() as connection:
            return connection.execute(_USERS.where(User.email == email)).one_or_none()

    def _insert(self, name: str, email: str, password_hash: str) -> Row[Any]:
        user_id, now = secrets.token_hex(16), self.clock()
        values = {'id': user_id, 'name': name, 'email': email, 'password_hash': password_hash}
        try:
            with self.database.write() as connection:
                connection.execute(insert(User).values(values | {'created_at': now}))
                user = connection.execute(_USERS.where(User.id == user_id)).one()
        except IntegrityError as error:  # somebody was faster
            raise EmailTaken from error
        audit.record('registered', user=user_id)
        return user

    def _sign_in(
        self, user: Row[Any], new_hash: str | None, stay_signed_in: bool, jar: str | None
    ) -> IssuedSession | None:
        """Start the session, unless the account has changed since its password was read."""
        replaced = _parse_jar(jar)
        with self.database.write() as connection:
            if not self._touch(connection, user, new_hash):
                return None
            ended = replaced is not None and self.sessions.end_genuine(
                connection, replaced, EndReason.REPLACED
            )
            issued = self.sessions.start(connection, user, stay_signed_in=stay_signed_in)
        audit.record('logged_in', user=user.id, session=issued.identity.session_id)
        if replaced and ended:
            self.sessions.announce_end(replaced.session_id, EndReason.REPLACED)
        return issued

    def _touch(self, connection: Connection, user: Row[Any], new_hash: str | None) -> bool:
        """Write the login, guarded by the epoch: a force logout in between wins."""
        unchanged = (
            (User.id == user.id) & (User.auth_epoch == user.auth_epoch) & User.disabled_at.is_(None)
        )
        values = {'last_login_at': self.clock(), 'password_hash': new_hash or user.password_hash}
        return connection.execute(update(User).where(unchanged).values(values)).rowcount == 1


_USERS = select(*User.__table__.columns)


def _parse_jar(jar: str | None) -> PresentedToken | None:
    try:
        return parse(jar or '')
    except InvalidRefreshToken:
        return None
