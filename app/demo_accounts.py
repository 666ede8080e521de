"""Two accounts to play with, made at the first start of the demo."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import auth

OWNER_ONLY = 0o600


@dataclass(frozen=True)
class DemoAccount:
    """What a person needs to sign in as one of them."""

    name: str
    email: str
    passphrase: str


def load_or_create(data_dir: Path, backend: auth.AuthBackend) -> list[DemoAccount]:
    """Return the demo accounts, making those that the database does not have yet.

    Their passphrases are random, and kept in the data folder so that later starts can show them.
    """
    path = data_dir / 'demo-accounts.json'
    if not path.exists():
        _write(path, [_invent('Ada Lovelace', 'ada'), _invent('Grace Hopper', 'grace')])
    accounts = [DemoAccount(**entry) for entry in json.loads(path.read_text(encoding='utf-8'))]
    asyncio.run(_register(accounts, backend))
    return accounts


def _invent(name: str, mailbox: str) -> DemoAccount:
    return DemoAccount(name, f'{mailbox}@example.com', auth.generate_passphrase())


def _write(path: Path, accounts: list[DemoAccount]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, 'w', encoding='utf-8') as file:
        json.dump([asdict(account) for account in accounts], file, indent=2)


async def _register(accounts: list[DemoAccount], backend: auth.AuthBackend) -> None:
    for account in accounts:
        try:
            await backend.registration.create(account.name, account.email, account.passphrase)
        except auth.EmailTaken:
            continue  # made at an earlier start
