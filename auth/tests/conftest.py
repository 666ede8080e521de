"""A server on SQLite and on PostgreSQL, its clock that is moved, two browsers. No mock."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from logging import LogRecord, getLogger
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from auth import (
    CHEAPEST_ARGON2ID,
    AuthBackend,
    AuthSettings,
    Keys,
    audit,
    install,
    load_or_create_keys,
)
from auth.sessions.purge import Purge

from .browser import ORIGIN, Account, Browser, new_account
from .clock import Clock
from .postgres import Postgres, own_schema
from .stored import Stored

POSTGRES = pytest.StashKey[Postgres]()
DATABASES = ('sqlite', 'postgresql')
Serve = Callable[[AuthSettings], Browser]


def pytest_configure(config: pytest.Config) -> None:
    """Start a PostgreSQL for all workers of this run."""
    config.addinivalue_line('markers', 'databases(*kinds): run on these only, not on both')
    if not hasattr(config, 'workerinput'):
        config.stash[POSTGRES] = Postgres()
        config.stash[POSTGRES].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it."""
    if POSTGRES in config.stash:
        config.stash[POSTGRES].stop()


def pytest_collection_finish() -> None:
    """Let garbage collections pass over all that is imported (measured: 2 % of the time)."""
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what stores something on both databases, or on those that a `databases` mark names."""
    if 'stored' in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker('databases')
        metafunc.parametrize('stored', mark.args if mark else DATABASES, indirect=True)


@pytest.fixture(autouse=True)
def every_event_is_known() -> Iterator[None]:
    """Check that OWASP's word for each event is looked up, or known to be missing."""
    seen: set[str] = set()

    def note(record: LogRecord) -> bool:
        seen.add(str(vars(record)['event']))
        return True

    log = getLogger('auth.audit')
    level_before = log.level
    log.setLevel('INFO')  # or most of them would not be made
    log.addFilter(note)
    yield
    log.removeFilter(note)
    log.setLevel(level_before)
    assert seen <= set(audit.OWASP_WORDS)


@pytest.fixture(scope='session')
def keys_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the keys that all servers share."""
    return tmp_path_factory.mktemp('keys')


@pytest.fixture(scope='session')
def keys(keys_folder: Path) -> Keys:
    """Make keys once: no test changes them."""
    return load_or_create_keys(keys_folder)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the clock of this test's servers. `limits` cannot be given one, so it is put in there."""
    clock = Clock()
    for counting in ('limits.storage.memory', 'auth.accounts.attempt_counts'):
        monkeypatch.setattr(f'{counting}.time', SimpleNamespace(time=clock))
    return clock


@pytest.fixture
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stored]:
    """Give the empty database that the servers of this test share."""
    with ExitStack() as stack:
        if request.param == 'sqlite':
            url = f'sqlite:///{tmp_path}/auth.sqlite'
        else:
            url = stack.enter_context(own_schema())
        yield Stored(url)


@pytest.fixture
def settings(keys: Keys, clock: Clock, stored: Stored) -> AuthSettings:
    """Give the product's defaults, apart from what hashing costs."""
    return AuthSettings(
        database_url=stored.url,
        keys=keys,
        issuer=ORIGIN,
        cookie_name='refresh',
        argon2=CHEAPEST_ARGON2ID,
        clock=clock,
    )


@pytest.fixture(autouse=True)
def nobody_purges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the database to the test: purging has tests of its own, which begin it themselves."""
    monkeypatch.setattr(Purge, 'start', lambda _purge: None)


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
def impatient(backend: AuthBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server give up on a lock at once, now that it has started.

    The setting would do so at the start already, where servers of other tests may be in the way.
    """
    monkeypatch.setattr(backend.database, '_patience_seconds', 0.01)
    backend.database.close()  # new connections are as impatient


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
