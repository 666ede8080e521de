"""Two accounts to play with, made at the first start of the demo."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import auth

CHANGED = '(changed since)'


@dataclass(frozen=True)
class DemoAccount:
    """What a person needs to sign in as one of them."""

    name: str
    email: str
    passphrase: str


def load_or_create(data_dir: Path, backend: auth.AuthBackend) -> list[DemoAccount]:
    """Return the demo accounts, making those that the database does not have yet.

    Their passphrases are random, and kept in the data folder so that later starts can show them.
    Raises `ValueError` if that file is damaged, or what it says is refused, and `OSError`.
    """
    path = data_dir / 'demo-accounts.json'
    invented = [_invent('Ada Lovelace', 'ada'), _invent('Grace Hopper', 'grace')]
    content = json.dumps([asdict(account) for account in invented], indent=2)
    kept = auth.read_or_create(path, content.encode())
    try:
        accounts = [DemoAccount(**entry) for entry in json.loads(kept)]
    except (ValueError, TypeError) as error:
        raise ValueError(f'{path} is damaged. Mend it, or start afresh without it.') from error
    try:
        return [asyncio.run(_register(account, backend)) for account in accounts]
    except auth.InvalidInput as error:
        raise ValueError(
            f'an account of {path} is refused ({error} See --password-min-characters.)'
        ) from error


def _invent(name: str, mailbox: str) -> DemoAccount:
    return DemoAccount(name, f'{mailbox}@example.com', auth.generate_passphrase())


async def _register(account: DemoAccount, backend: auth.AuthBackend) -> DemoAccount:
    """Make the account unless an earlier start has; return it as it is now."""
    try:
        await backend.registration.create(account.name, account.email, account.passphrase)
    except auth.EmailTaken:
        user = backend.login.find(account.email)
        is_right, _ = await backend.passwords.verify(
            account.passphrase, user and user.password_hash
        )
        return account if is_right else replace(account, passphrase=CHANGED)
    return account
