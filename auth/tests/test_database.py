"""The database: somebody else's lock, a failure at any statement, a full disk, no answer at all.

Whatever it is, the client is asked to come back, keeps its cookie, and finds nothing half-done.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from httpx2 import Response
from sqlalchemy import QueuePool, event, make_url
from sqlalchemy.exc import ArgumentError

from auth import AuthBackend, AuthSettings, DatabaseUnavailable
from auth.backend import build_backend
from auth.database.engine import Database

from .browser import Account, Browser, altered, new_account
from .clock import MINUTE, Clock
from .conftest import Serve
from .faults import Fault
from .stored import Stored

Act = Callable[[Browser, Account], Response]

WRITE_LOCK = {
    'sqlite': ['BEGIN IMMEDIATE'],
    'postgresql': [
        'BEGIN',
        'LOCK TABLE users, sessions, refresh_tokens IN SHARE ROW EXCLUSIVE MODE',
    ],
}


def expect_retry(answer: Response) -> None:
    """Check that the client is asked to come back, and keeps its cookie."""
    assert answer.status_code == 503
    assert answer.json()['code'] == 'retry'
    assert answer.json()['title'] == 'The service is busy. Please try again.'
    assert answer.headers['Retry-After'] == '1'
    assert 'Set-Cookie' not in answer.headers


@contextmanager
def locked(stored: Stored) -> Iterator[None]:
    """Hold the write lock, as another program may."""
    with stored.engine.connect() as connection:
        for statement in WRITE_LOCK[stored.dialect]:
            connection.exec_driver_sql(statement)
        yield
        connection.exec_driver_sql('ROLLBACK')


def rotate(browser: Browser, account: Account) -> Response:
    """Refresh with the live token."""
    return browser.refresh()


def log_in_again(browser: Browser, account: Account) -> Response:
    """Replace the session."""
    return browser.log_in(account)


def log_out_by_cookie(browser: Browser, account: Account) -> Response:
    """Sign out without an access token."""
    browser.access_token = ''
    return browser.log_out()


def change_password(browser: Browser, account: Account) -> Response:
    """Set another password."""
    return browser.change_password(account.password, f'{account.password}, another')


def log_out_everywhere(browser: Browser, account: Account) -> Response:
    """End all sessions."""
    return browser.log_out_everywhere()


def delete_account(browser: Browser, account: Account) -> Response:
    """Delete the account."""
    return browser.delete_account(account.password)


BY_COOKIE = [rotate, log_in_again, log_out_by_cookie]
BY_ACCESS_TOKEN = [change_password, log_out_everywhere, delete_account]


@pytest.mark.parametrize('write', BY_COOKIE + BY_ACCESS_TOKEN)
def test_locked_database_asks_to_come_back(
    *, signed_in: Browser, ada: Account, stored: Stored, impatient: None, write: Act
) -> None:
    """Shows that while another program writes, nobody loses a cookie; afterwards all goes on."""
    before, token = stored.dump(), signed_in.jar

    with locked(stored):
        expect_retry(write(signed_in, ada))

    assert stored.dump() == before
    assert signed_in.jar == token
    assert write(signed_in, ada).is_success


def test_forged_cookie_at_logout_waits_for_no_writer(
    signed_in: Browser, phone: Browser, stored: Stored, impatient: None
) -> None:
    """Shows that what strangers make up takes no lock, and so keeps nobody from writing."""
    with locked(stored):
        for made_up in (altered(signed_in.jar), 'garbage', ''):
            phone.jar = made_up
            assert phone.log_out().status_code == 204

        assert log_out_by_cookie(signed_in, Account('', '', '')).status_code == 503


def test_reading_waits_for_no_writer(signed_in: Browser, stored: Stored, impatient: None) -> None:
    """Shows that signed-in users are served while another program writes: reads take no lock."""
    with locked(stored):
        answers = [signed_in.me(), signed_in.ticket('page-1'), signed_in.client.get('/healthz')]
        refused = signed_in.refresh()

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    expect_retry(refused)  # so the lock was held


def test_evidence_waits_for_no_writer(
    signed_in: Browser, stored: Stored, clock: Clock, impatient: None
) -> None:
    """Shows that noting a stored leaf may fail without a word: the next call notes it."""
    clock.advance(2 * MINUTE)
    seen = 'SELECT seen_at FROM refresh_tokens'

    with locked(stored):
        assert signed_in.me().status_code == 200

    assert stored.value(seen) is None
    assert signed_in.me().status_code == 200
    assert stored.value(seen) == clock.now


@pytest.mark.parametrize('write', BY_COOKIE + BY_ACCESS_TOKEN)
def test_failure_at_any_moment_leaves_no_half(
    *,
    laptop: Browser,
    backend: AuthBackend,
    clock: Clock,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    write: Act,
) -> None:
    """Shows that a failure before or after any statement, or at COMMIT, undoes all of them."""
    fault = Fault(backend.database, monkeypatch)
    for moment in itertools.count():
        account = new_account('Ada')
        laptop.client.cookies.clear()
        laptop.register(account)
        clock.advance(MINUTE / 2 + 1)
        laptop.refresh()  # so that the next rotation has a row to prune
        clock.advance(MINUTE / 2 + 1)
        if (
            write in BY_ACCESS_TOKEN
        ):  # where a cookie is mere evidence, which may be lost (see above)
            laptop.client.cookies.clear()
        before, token, access_token = stored.dump(), laptop.jar, laptop.access_token
        fault.at(moment)

        answer = write(laptop, account)

        if not fault.happened:
            break
        expect_retry(answer)
        assert stored.dump() == before
        assert laptop.jar == token
        laptop.access_token = access_token
        assert write(laptop, account).is_success

    assert answer.is_success
    assert moment >= 5  # two statements and a COMMIT at the very least


def test_lost_commit_is_found_by_the_next_refresh(
    signed_in: Browser, backend: AuthBackend, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a rotation which was committed, though nobody was told, is repeated."""
    token = signed_in.jar
    Fault(backend.database, monkeypatch).after_commit()

    answer = signed_in.refresh()

    expect_retry(answer)
    assert signed_in.jar == token
    assert stored.value('SELECT max(generation) FROM refresh_tokens') == 1
    assert signed_in.refresh().json()['outcome'] == 'overlapped'
    assert signed_in.refresh().json()['session']['generation'] == 2


@pytest.mark.databases('postgresql')
@pytest.mark.parametrize(
    'error', [psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected]
)
def test_lost_conflict_asks_to_come_back(
    *,
    signed_in: Browser,
    backend: AuthBackend,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    error: type[psycopg.Error],
) -> None:
    """Shows that 40001 and 40P01, which PostgreSQL decides conflicts with, cost nobody a session."""
    before, token = stored.dump(), signed_in.jar
    fault = Fault(backend.database, monkeypatch)
    fault.error = error('a conflict')
    fault.at(3)

    expect_retry(signed_in.refresh())

    assert stored.dump() == before
    assert signed_in.jar == token
    assert signed_in.refresh().json()['outcome'] == 'rotated'


@contextmanager
def each_connection(backend: AuthBackend, make: Callable[[Any], None]) -> Iterator[None]:
    """Do something to each connection that the server takes from its pool."""

    def on_checkout(connection: Any, _record: object, _proxy: object) -> None:
        make(connection)

    pool = backend.database._engine.pool
    event.listen(pool, 'checkout', on_checkout)
    yield
    event.remove(pool, 'checkout', on_checkout)
    backend.database.close()


def make_read_only(connection: Any) -> None:
    """Let a driver's connection write no more."""
    if isinstance(connection, psycopg.Connection):
        connection.execute('SET default_transaction_read_only = on')
        return
    connection.execute('PRAGMA query_only = ON')


def test_read_only_database_still_reads(signed_in: Browser, backend: AuthBackend) -> None:
    """Shows what a standby or a file without write permission still serves."""
    token = signed_in.jar

    with each_connection(backend, make_read_only):
        refused = [signed_in.refresh(), signed_in.log_out()]
        read = signed_in.me()

    for answer in refused:
        expect_retry(answer)
    assert read.status_code == 200
    assert signed_in.jar == token
    assert signed_in.refresh().json()['outcome'] == 'rotated'


@pytest.fixture
def failed_over(signed_in: Browser, backend: AuthBackend) -> None:
    """Let all connections in the pool lead to a server that only reads; new ones lead elsewhere."""
    engine = backend.database._engine
    assert isinstance(engine.pool, QueuePool)
    with ExitStack() as taken:
        for _ in range(engine.pool.checkedin()):
            connection = taken.enter_context(closing(engine.raw_connection()))
            make_read_only(connection.driver_connection)


# SQLite has no second server that the file could go to.
@pytest.mark.databases('postgresql')
def test_failover_costs_one_answer(
    signed_in: Browser, failed_over: None, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows that connections are given up once they turn out to lead to a standby, and why."""
    answer = signed_in.refresh()

    expect_retry(answer)
    assert 'InternalError: cannot execute ' in caplog.text
    assert ' in a read-only transaction' in caplog.text
    assert signed_in.refresh().json()['outcome'] == 'rotated'


@pytest.mark.databases('postgresql')
def test_standby_is_not_ready(signed_in: Browser, failed_over: None) -> None:
    """Shows that a health check asks for a database that writes, and lets go of one that does not."""
    answer = signed_in.client.get('/healthz')

    expect_retry(answer)
    assert signed_in.client.get('/healthz').json() == {'status': 'ready'}
    assert signed_in.refresh().json()['outcome'] == 'rotated'


def test_database_without_tables_is_not_ready(signed_in: Browser, stored: Stored) -> None:
    """Shows that a health check asks for our tables: an empty database answers as well as any."""
    stored.execute('ALTER TABLE sessions RENAME TO lost')

    answer = signed_in.client.get('/healthz')

    expect_retry(answer)
    stored.execute('ALTER TABLE lost RENAME TO sessions')
    assert signed_in.client.get('/healthz').json() == {'status': 'ready'}


# A PostgreSQL cannot be filled up for one test; its error is one of the faults above.
@pytest.mark.databases('sqlite')
def test_full_disk_refuses_newcomers_only(
    signed_in: Browser, phone: Browser, backend: AuthBackend, stored: Stored
) -> None:
    """Shows that a file which cannot grow keeps all it has: who is signed in stays so."""
    token = signed_in.jar

    def fill(connection: Any) -> None:
        connection.execute('PRAGMA max_page_count = 1')  # SQLite makes that: no more than now

    with each_connection(backend, fill):
        answers = [phone.register(new_account(f'Grace {n}' * 10)) for n in range(60)]
        read = signed_in.me()

    refused = [answer for answer in answers if not answer.is_success]
    for answer in refused:
        expect_retry(answer)
    assert refused
    assert read.status_code == 200
    assert signed_in.jar == token
    assert signed_in.refresh().json()['outcome'] == 'rotated'
    assert phone.register(new_account('Grace')).status_code == 201


@pytest.mark.databases('sqlite')
def test_file_that_comes_back_goes_on(
    signed_in: Browser, backend: AuthBackend, stored: Stored
) -> None:
    """Shows that readiness is asked of the database, and that a lost disk costs no session."""
    assert signed_in.client.get('/healthz').json() == {'status': 'ready'}
    backend.database.close()
    elsewhere, token = stored.path.with_name('elsewhere'), signed_in.jar
    stored.path.rename(elsewhere)
    stored.path.mkdir()

    answers = [signed_in.client.get('/healthz'), signed_in.refresh(), signed_in.me()]

    for answer in answers:
        expect_retry(answer)
    assert signed_in.jar == token
    stored.path.rmdir()
    elsewhere.rename(stored.path)
    assert signed_in.client.get('/healthz').json() == {'status': 'ready'}
    assert signed_in.refresh().json()['outcome'] == 'rotated'


@pytest.fixture
def end_connections(stored: Stored) -> Callable[[], None]:
    """Give what ends the server's connections, as a restarted PostgreSQL does."""

    def end() -> None:
        mine = 'SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE '
        assert stored.value(mine + 'application_name = ?', application_name(stored)) != 0

    return end


def application_name(stored: Stored) -> str:
    """Name the server's connections after the test's own schema."""
    return str(make_url(stored.url).query['options']).rpartition('=')[2]


@pytest.fixture
def named(settings: AuthSettings, stored: Stored, serve: Serve) -> Browser:
    """Give a browser of a server whose connections can be told from those of other tests."""
    url = make_url(stored.url).update_query_dict({'application_name': application_name(stored)})
    text = url.render_as_string(hide_password=False)
    return serve(replace(settings, database_url=text))


@pytest.mark.databases('postgresql')
def test_database_that_comes_back_goes_on(
    named: Browser, ada: Account, end_connections: Callable[[], None]
) -> None:
    """Shows that a restart of PostgreSQL costs one answer, and no session."""
    named.register(ada)
    token = named.jar
    end_connections()

    answer = named.refresh()

    expect_retry(answer)
    assert named.jar == token
    assert named.refresh().json()['outcome'] == 'rotated'
    assert named.me().status_code == 200


@pytest.mark.databases('postgresql')
def test_connection_may_end_at_any_moment(
    *,
    named: Browser,
    stored: Stored,
    clock: Clock,
    ada: Account,
    monkeypatch: pytest.MonkeyPatch,
    end_connections: Callable[[], None],
) -> None:
    """Shows the same in the middle of a rotation: all of it or nothing, and the token is kept."""
    named.register(ada)
    server: Any = named.client.app
    fault = Fault(server.state.auth.database, monkeypatch)
    refused = 0
    for moment in itertools.count():
        clock.advance(MINUTE)
        before, token = stored.dump(), named.jar
        fault.at(moment, end_connections)

        answer = named.refresh()

        if not fault.happened:
            break
        expect_retry(answer)
        refused += 1
        assert stored.dump() == before
        assert named.jar == token
        assert named.refresh().json()['outcome'] == 'rotated'

    assert refused >= 10
    assert answer.is_success


def test_all_connections_in_use_asks_to_come_back(
    signed_in: Browser, backend: AuthBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a request which gets no connection in time is answered like any other."""
    token, engine = signed_in.jar, backend.database._engine
    monkeypatch.setattr(engine.pool, '_timeout', 0.01)
    taken = [engine.raw_connection() for _ in range(50)]  # the pool's forty, and ten on top

    answers = [signed_in.refresh(), signed_in.me()]

    for answer in answers:
        expect_retry(answer)
    assert signed_in.jar == token
    for connection in taken:
        connection.close()
    assert signed_in.refresh().json()['outcome'] == 'rotated'


@pytest.mark.parametrize(
    ('url', 'error'),
    [
        ('sqlite:////', DatabaseUnavailable),
        ('sqlite:////no/such/folder/auth.sqlite', DatabaseUnavailable),
        ('postgresql+psycopg://nobody@localhost:1/nothing', DatabaseUnavailable),
        ('sqlite://', ArgumentError),
        ('garbage', ArgumentError),
        ('oracle-of-delphi://localhost', ArgumentError),
    ],
)
@pytest.mark.databases('sqlite')
def test_server_without_database_does_not_start(
    settings: AuthSettings, url: str, error: type[Exception]
) -> None:
    """Shows that who starts a server is told at once what is wrong."""
    with pytest.raises(error):
        build_backend(replace(settings, database_url=url))

    build_backend(settings).close()


def test_patience_is_a_setting(settings: AuthSettings) -> None:
    """Shows that each connection is told how long to wait for a lock."""
    asks = {'sqlite': 'PRAGMA busy_timeout', 'postgresql': 'SHOW lock_timeout'}
    backend = build_backend(replace(settings, database_patience_seconds=7))

    with backend.database.read() as reader, backend.database.write() as writer:
        dialect = reader.dialect.name
        told = {each.exec_driver_sql(asks[dialect]).scalar() for each in (reader, writer)}

    assert told == {{'sqlite': 7000, 'postgresql': '7s'}[dialect]}
    backend.close()


@pytest.mark.databases('sqlite')
def test_commits_survive_a_power_cut(backend: AuthBackend) -> None:
    """Shows the SQLite settings that durability and foreign keys rest on."""
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


def test_failed_commit_frees_the_lock(
    signed_in: Browser, backend: AuthBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a COMMIT which the database refuses does not stop the writers after it."""
    dialect = backend.database._engine.dialect
    commit = dialect.do_commit

    def refuse(_connection: Any) -> None:
        assert dialect.loaded_dbapi is not None
        raise dialect.loaded_dbapi.OperationalError('database is locked')

    monkeypatch.setattr(dialect, 'do_commit', refuse)
    expect_retry(signed_in.refresh())
    monkeypatch.setattr(dialect, 'do_commit', commit)

    assert signed_in.refresh().json()['outcome'] == 'rotated'


@pytest.mark.databases('sqlite')
def test_no_statement_is_left_in_progress(tmp_path: Path) -> None:
    """Shows that a first start does not depend on when Python frees a cursor."""
    database = Database(f'sqlite:///{tmp_path}/new.db')
    kept: list[object] = []

    def keep(_connection: object, cursor: object, *_: object) -> None:
        kept.append(cursor)

    event.listen(database._engine, 'after_cursor_execute', keep)

    database.prepare_tables()

    database.ping()
    assert kept
    database.close()
