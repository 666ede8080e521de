"""Passwords and their hashes. The only module that imports passlib.

Hashing runs in threads of its own, at most one per core: argon2 is meant to be slow, and nothing
else may wait for it. So they are nice (measured: calls take half as long in a flood of logins).
"""

from __future__ import annotations

import asyncio
import os
import sys
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from passlib import pwd
from passlib.context import CryptContext

from .argon2_profiles import Argon2Profile

T = TypeVar('T')
NICENESS = 5
be_nice = partial(os.nice, NICENESS) if sys.platform == 'linux' else None  # a thread's own there


class Passwords:
    """Hashes and verifies, off the event loop."""

    def __init__(self, profile: Argon2Profile) -> None:
        self._context = CryptContext(
            schemes=['argon2'],
            argon2__type='ID',
            argon2__memory_cost=profile.memory_kib,
            argon2__time_cost=profile.passes,
            argon2__parallelism=profile.lanes,
        )
        self._context.dummy_verify()  # the first one takes longer: it makes the hash to compare with
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, 'argon2', initializer=be_nice)

    async def hash(self, password: str) -> str:
        """Return a salted argon2id hash in PHC format."""
        return await self._run(self._hash, password)

    async def verify(self, password: str, password_hash: str | None) -> tuple[bool, str | None]:
        """Say whether the password is right, and give a new hash if the stored one is outdated.

        `None` for the hash means that there is no such user: the same work is done for nothing, so
        that the time taken says nothing either.
        """
        return await self._run(self._verify, password, password_hash)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(cancel_futures=True)

    def _hash(self, password: str) -> str:
        return str(self._context.hash(normalize(password)))

    def _verify(self, password: str, password_hash: str | None) -> tuple[bool, str | None]:
        if password_hash is None:
            self._context.dummy_verify()
            return False, None
        return self._context.verify_and_update(normalize(password), password_hash)  # type: ignore[no-any-return]

    async def _run(self, work: Callable[..., T], *args: str | None) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)


def normalize(password: str) -> str:
    """Return the password in NFC (NIST SP 800-63B-4): keyboards differ in how they compose."""
    return unicodedata.normalize('NFC', password)


def generate_passphrase() -> str:
    """Return seven words from the EFF short list, about 72 random bits."""
    return str(pwd.genphrase(length=7, wordset='eff_short', sep='-'))
