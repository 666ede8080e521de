"""A server on a SQLite file, its clock that is moved, and two browsers. Cheap argon2id, no mock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from auth import (
    CHEAPEST_ARGON2ID,
    AuthBackend,
    AuthSettings,
    Keys,
    install,
    load_or_create,
)

from .browser import COOKIE, ORIGIN, Account, Browser, new_account
from .clock import Clock
from .database_file import DatabaseFile

Serve = Callable[[AuthSettings], Browser]


@pytest.fixture(scope='session')
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Make keys once: no test changes them."""
    return load_or_create(tmp_path_factory.mktemp('keys'))


@pytest.fixture
def clock() -> Clock:
    """Give the clock of this test's servers."""
    return Clock()


@pytest.fixture
def database_file(tmp_path: Path) -> DatabaseFile:
    """Give the file that the servers of this test share."""
    return DatabaseFile(tmp_path / 'auth.sqlite')


@pytest.fixture
def settings(keys: Keys, clock: Clock, database_file: DatabaseFile) -> AuthSettings:
    """Give the product's defaults, apart from what hashing costs."""
    return AuthSettings(
        database_url=database_file.url,
        keys=keys,
        issuer=ORIGIN,
        cookie_name=COOKIE,
        argon2=CHEAPEST_ARGON2ID,
        clock=clock,
    )


@pytest.fixture
def app() -> FastAPI:
    """Give the host application."""
    return FastAPI()


@pytest.fixture
def backend(app: FastAPI, settings: AuthSettings) -> Iterator[AuthBackend]:
    """Install the backend, and close it after the test."""
    backend = install(app, settings)
    yield backend
    backend.close()


@pytest.fixture
def laptop(app: FastAPI, backend: AuthBackend) -> Iterator[Browser]:
    """Give a browser where nobody is signed in."""
    with TestClient(app, base_url=ORIGIN) as client:
        yield Browser(client)


@pytest.fixture
def phone(app: FastAPI, backend: AuthBackend) -> Iterator[Browser]:
    """Give a second browser, with a cookie jar of its own."""
    with TestClient(app, base_url=ORIGIN) as client:
        yield Browser(client)


@pytest.fixture
def ada() -> Account:
    """Invent Ada, who has no account yet."""
    return new_account('Ada')


@pytest.fixture
def grace() -> Account:
    """Invent Grace, who has no account yet."""
    return new_account('Grace')


@pytest.fixture
def signed_in(laptop: Browser, ada: Account) -> Browser:
    """Give the first browser after Ada has registered there."""
    assert laptop.register(ada).status_code == 201
    return laptop


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start more servers, with settings of their own; each comes with a new browser."""
    with ExitStack() as stack:

        def start(settings: AuthSettings) -> Browser:
            app = FastAPI()
            stack.callback(install(app, settings).close)
            return Browser(stack.enter_context(TestClient(app, base_url=ORIGIN)))

        yield start
