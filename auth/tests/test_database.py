"""The database: tables of another version, somebody else's lock, a failure at any statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from httpx2 import Response

from auth import AuthBackend, AuthSettings, OldSchema, database
from auth.backend import build_backend

from .browser import Account, Browser
from .database_file import DatabaseFile


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server give up on a lock at once. Ask for it before the server."""
    monkeypatch.setattr(database, 'BUSY_TIMEOUT_MS', 1)


@pytest.fixture
def lock(database_file: DatabaseFile) -> Iterator[sqlite3.Connection]:
    """Open a connection of another program, which may take the write lock."""
    with closing(database_file.connect()) as connection:
        yield connection


def expect_retry(answer: Response) -> None:
    """Check that the client is asked to come back, and keeps its cookie."""
    assert answer.status_code == 503
    assert answer.json()['code'] == 'retry'
    assert answer.json()['title'] == 'The service is busy. Please try again.'
    assert answer.headers['Retry-After'] == '1'
    assert 'Set-Cookie' not in answer.headers


@pytest.mark.parametrize('version', [0, 2])
def test_other_schema_is_refused(
    settings: AuthSettings, database_file: DatabaseFile, version: int
) -> None:
    """Shows that older and newer tables stop the start, with both versions in the message."""
    build_backend(settings).close()
    database_file.execute('UPDATE schema_info SET version = ?', version)

    with pytest.raises(OldSchema, match=rf'version {version}; .* needs version 1\.'):
        build_backend(settings)

    database_file.execute('UPDATE schema_info SET version = 1')
    build_backend(settings).close()


def test_refused_database_is_left_as_it_was(
    settings: AuthSettings, database_file: DatabaseFile
) -> None:
    """Shows that a database of another version gets no table of this one before it is refused."""
    database_file.execute('CREATE TABLE schema_info (version INTEGER PRIMARY KEY)')
    database_file.execute('INSERT INTO schema_info VALUES (0)')
    database_file.execute('CREATE TABLE users (id TEXT PRIMARY KEY)')
    before = database_file.dump()

    with pytest.raises(OldSchema):
        build_backend(settings)

    assert database_file.dump() == before


def test_locked_database_asks_to_come_back(
    impatience: None, signed_in: Browser, phone: Browser, ada: Account, lock: sqlite3.Connection
) -> None:
    """Shows that while another program writes, nobody loses a cookie; afterwards all goes on."""
    token = signed_in.jar
    lock.execute('BEGIN IMMEDIATE')

    refused = [signed_in.refresh(), phone.log_in(ada), signed_in.log_out()]

    for answer in refused:
        expect_retry(answer)
    assert signed_in.jar == token
    lock.execute('ROLLBACK')
    assert signed_in.refresh().json()['outcome'] == 'rotated'
    assert phone.log_in(ada).status_code == 200


def test_reading_waits_for_no_writer(
    impatience: None, signed_in: Browser, lock: sqlite3.Connection
) -> None:
    """Shows that signed-in users are served while another program writes: reads take no lock."""
    lock.execute('BEGIN IMMEDIATE')

    answers = [signed_in.me(), signed_in.ticket('page-1'), signed_in.client.get('/healthz')]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    expect_retry(signed_in.refresh())  # so the lock is held


@pytest.mark.parametrize(
    'statement',
    [
        'UPDATE OF lock_seq ON sessions',
        'UPDATE OF used_at ON refresh_tokens',
        'DELETE ON refresh_tokens',
        'INSERT ON refresh_tokens',
        'UPDATE OF idle_expires_at ON sessions',
    ],
)
def test_failed_rotation_leaves_no_half(
    signed_in: Browser, backend: AuthBackend, database_file: DatabaseFile, statement: str
) -> None:
    """Shows that a failure at any statement undoes all of them, and the token can be used again."""
    for second in (60, 120):  # so that there is a row to prune
        backend.rotation.clock.advance(second)  # type: ignore[attr-defined]
        signed_in.refresh()
    backend.rotation.clock.advance(60)  # type: ignore[attr-defined]
    database_file.execute(
        f"CREATE TRIGGER fault BEFORE {statement} BEGIN SELECT RAISE(ABORT, 'fault'); END"
    )
    before, token = database_file.dump(), signed_in.jar

    answer = signed_in.refresh()

    expect_retry(answer)
    assert database_file.dump() == before
    assert signed_in.jar == token
    database_file.execute('DROP TRIGGER fault')
    assert signed_in.refresh().json()['outcome'] == 'rotated'


def test_failed_login_leaves_no_half(
    signed_in: Browser, ada: Account, database_file: DatabaseFile
) -> None:
    """Shows that the session before a login ends only if the new one is there."""
    database_file.execute(
        "CREATE TRIGGER fault BEFORE INSERT ON refresh_tokens BEGIN SELECT RAISE(ABORT, 'x'); END"
    )
    before = database_file.dump()

    expect_retry(signed_in.log_in(ada))

    assert database_file.dump() == before
    assert signed_in.me().status_code == 200


def test_ready_means_that_the_database_answers(
    laptop: Browser, backend: AuthBackend, database_file: DatabaseFile
) -> None:
    """Shows that readiness is asked of the database, not assumed."""
    assert laptop.client.get('/healthz').json() == {'status': 'ready'}
    backend.database.close()
    database_file.path.unlink()
    database_file.path.mkdir()

    answer = laptop.client.get('/healthz')

    expect_retry(answer)


def test_commits_survive_a_power_cut(backend: AuthBackend, database_file: DatabaseFile) -> None:
    """Shows the SQLite settings that durability, waiting and foreign keys rest on."""
    with backend.database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f'PRAGMA {name}').scalar()
            for name in ('journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys')
        }

    assert pragmas == {
        'journal_mode': 'wal',
        'synchronous': 2,  # FULL
        'busy_timeout': 5000,
        'foreign_keys': 1,
    }
