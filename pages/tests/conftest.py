"""Fixtures: a backend with one account, and NiceGUI's simulated user in front of the pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

import auth
from pages.install import add_shell

pytest_plugins = ['nicegui.testing.general_fixtures']

PASSWORD = 'a phrase for these tests'


@pytest.fixture
def settings(tmp_path: Path) -> auth.AuthSettings:
    """A SQLite file, keys of its own, the cheapest real hashes."""
    return auth.AuthSettings(
        database_url=f'sqlite:///{tmp_path}/app.db',
        keys=auth.load_or_create(tmp_path / 'keys'),
        issuer='https://testserver',
        cookie_name='__Host-refresh',
        argon2=auth.CHEAPEST_ARGON2ID,
    )


@pytest.fixture
def backend(settings: auth.AuthSettings) -> Iterator[auth.AuthBackend]:
    """The real auth backend."""
    backend = auth.install(FastAPI(), settings)
    yield backend
    backend.close()


@pytest.fixture
async def ada(backend: auth.AuthBackend) -> auth.Identity:
    """Somebody who has just registered, and so is signed in."""
    issued = await backend.accounts.register(
        'Ada', 'ada@example.com', PASSWORD, auth.Caller(None, '', ''), stay_signed_in=True
    )
    return issued.identity


@pytest.fixture
async def user(backend: auth.AuthBackend) -> AsyncIterator[User]:
    """A simulated user who can open pages."""
    async with user_simulation() as user:
        add_shell(backend)
        yield user


@pytest.fixture
def ticket_for(backend: auth.AuthBackend) -> Callable[[auth.Identity, str], str]:
    """Issue a ticket, as the browser would fetch one over HTTP."""
    return backend.socket_tickets.issue
