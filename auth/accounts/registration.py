"""Creating accounts. Signing in to one is in `login.py`."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Connection, Row, insert
from sqlalchemy.exc import IntegrityError

from .. import audit
from ..caller import Caller
from ..database.engine import Database
from ..database.users import USER_BY_ID, User
from ..errors import EmailTaken, InvalidInput, RegistrationClosed
from ..identity import IssuedSession
from ..passwords.hashing import Passwords
from ..passwords.rules import PasswordRules
from .email_address import normalized
from .login import Login
from .name import normalized_name
from .throttle import Throttle


@dataclass(frozen=True)
class Registration:
    """Creates accounts, and signs their new owners in."""

    database: Database
    passwords: Passwords
    rules: PasswordRules
    login: Login
    throttle: Throttle
    clock: Callable[[], float]
    is_open: bool

    async def register(
        self, name: str, email: str, password: str, caller: Caller, *, stay_signed_in: bool
    ) -> IssuedSession:
        """Create an account and sign in, both or neither.

        Raises `RegistrationClosed`, `EmailTaken`, `InvalidInput` for a weak password,
        `TooManyAttempts`, or `ServiceBusy`.
        """
        if not self.is_open:
            raise RegistrationClosed

        def create_and_sign_in(values: dict[str, Any]) -> IssuedSession:
            with self._inserting(values) as (connection, user):
                issued = self.login.sessions.start(
                    connection, user, caller, stay_signed_in=stay_signed_in
                )
            self.login.sessions.announce_start(issued)
            return issued

        with self.throttle.registration(caller.address):
            values = await self._values(name, email, password)
            return await run_in_threadpool(create_and_sign_in, values)

    async def create(self, name: str, email: str, password: str) -> str:
        """Create an account from a program, even if registration is closed; return the user's id.

        Raises `EmailTaken`, `ServiceBusy`, or `InvalidInput` for what a form would not take: a weak
        password, what is no address, or a name that is empty or too long.
        """
        name = _accepted('name', normalized_name, name)
        email = _accepted('email', normalized, email)
        values = await self._values(name, email, password)

        def create() -> None:
            with self._inserting(values):
                pass

        await run_in_threadpool(create)
        return str(values['id'])

    async def _values(self, name: str, email: str, password: str) -> dict[str, Any]:
        """Return the columns of a new user; the password has been checked and hashed."""
        await self.passwords.demand(self.rules.check, password, 'password', (name, email))
        if await run_in_threadpool(self.login.find, email):
            raise EmailTaken
        password_hash = await self.passwords.hash(password)
        user_id = secrets.token_hex(16)
        return {'id': user_id, 'name': name, 'email': email, 'password_hash': password_hash}

    @contextlib.contextmanager
    def _inserting(self, values: dict[str, Any]) -> Iterator[tuple[Connection, Row[Any]]]:
        """Insert a user; give the transaction and the user, for what belongs to it."""
        try:
            with self.database.write() as connection:
                connection.execute(insert(User).values(values | {'created_at': self.clock()}))
                yield connection, connection.execute(USER_BY_ID, {'user_id': values['id']}).one()
        except IntegrityError as error:  # somebody was faster
            raise EmailTaken from error
        audit.record('registered', user=values['id'])


def _accepted(field: str, normalize: Callable[[str], str], text: str) -> str:
    try:
        return normalize(text)
    except ValueError as error:
        raise InvalidInput({field: str(error)}) from error
