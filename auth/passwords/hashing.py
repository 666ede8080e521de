"""Passwords and their hashes. The only module that imports passlib.

Hashing runs in threads of its own (hash_threads.py): argon2 is meant to be slow, and nothing else
may wait for it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from passlib import pwd
from passlib.context import CryptContext

from .argon2_profiles import Argon2Profile
from .hash_threads import HashThreads


class Passwords:
    """Hashes and verifies, off the event loop; raises `ServiceBusy` if too many others wait."""

    def __init__(self, profile: Argon2Profile) -> None:
        self._context = CryptContext(
            schemes=['argon2'],
            argon2__type='ID',
            argon2__memory_cost=profile.memory_kib,
            argon2__time_cost=profile.passes,
            argon2__parallelism=profile.lanes,
        )
        self._context.dummy_verify()  # the first one takes longer: it makes the hash to compare with
        self._threads = HashThreads()

    async def hash(self, password: str) -> str:
        """Return a salted argon2id hash in PHC format. Raises `ServiceBusy`."""
        return await self._threads.run(self._hash, password)

    async def verify(self, password: str, password_hash: str | None) -> tuple[bool, str | None]:
        """Say whether the password is right, and give a new hash if the stored one is outdated.

        `None` for the hash means that there is no such user: the same work is done for nothing, so
        that the time taken says nothing either. Raises `ServiceBusy`.
        """
        return await self._threads.run(self._verify, password, password_hash)

    async def hash_new(self, password: str, check: Callable[..., None], *about: object) -> str:
        """Have a new password checked, then hash it. Raises what `check` does, and `ServiceBusy`."""
        await self.demand(check, password, *about)
        return await self.hash(password)

    async def demand(self, check: Callable[..., None], *about: object) -> None:
        """Have a new password checked where it will be hashed: that takes its time, too.

        Raises what `check` does, and `ServiceBusy`.
        """
        await self._threads.run(check, *about)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.close()

    def _hash(self, password: str) -> str:
        return str(self._context.hash(normalize(password)))

    def _verify(self, password: str, password_hash: str | None) -> tuple[bool, str | None]:
        if password_hash is None:
            self._context.dummy_verify()
            return False, None
        return self._context.verify_and_update(normalize(password), password_hash)  # type: ignore[no-any-return]


def normalize(password: str) -> str:
    """Return the password in NFC (NIST SP 800-63B-4): keyboards differ in how they compose."""
    return unicodedata.normalize('NFC', password)


def generate_passphrase() -> str:
    """Return seven words from the EFF short list, about 72 random bits."""
    return str(pwd.genphrase(length=7, wordset='eff_short', sep='-'))
