"""PostgreSQL over a network, where either host may vanish without a word."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import make_url

from auth import DatabaseUnavailable, MissingPrivilege, UnfitPooler
from auth.database import impatient_connection, schema
from auth.database.engine import Database
from auth.database.impatient_connection import ImpatientConnection
from auth.database.postgresql import lift_statement_timeout

from .stored import Stored

pytestmark = pytest.mark.databases('postgresql')
SHORT_SECONDS = 0.3
Open = Callable[[float], Database]


@pytest.fixture
def open_database(stored: Stored) -> Iterator[Open]:
    """Open the test's database with a patience of one's own."""
    with ExitStack() as stack:

        def open_database(patience_seconds: float) -> Database:
            database = Database(stored.url, patience_seconds=patience_seconds)
            return stack.enter_context(closing(database))

        yield open_database


def test_statement_ends_in_time(open_database: Open) -> None:
    """Shows that a statement which gets nowhere lets go of its thread, and of its locks."""
    database = open_database(SHORT_SECONDS)

    with pytest.raises(DatabaseUnavailable, match='statement timeout'), database.read() as reader:
        reader.exec_driver_sql('SELECT pg_sleep(5)')


def test_vanished_writer_loses_its_locks(open_database: Open, stored: Stored) -> None:
    """Shows that the row which a dead host had locked is free again, and not by its commit."""
    stored.execute('CREATE TABLE kept (n INTEGER)')
    stored.execute('INSERT INTO kept VALUES (0)')
    database = open_database(SHORT_SECONDS)

    def lock_and_vanish() -> None:
        with database.write() as connection:
            connection.exec_driver_sql('UPDATE kept SET n = n + 1')
            stored.execute('UPDATE kept SET n = n + 10')  # waits for the lock, however long

    with pytest.raises(DatabaseUnavailable):
        lock_and_vanish()

    assert stored.value('SELECT n FROM kept') == 10


def test_server_that_stands_still_is_given_up(open_database: Open) -> None:
    """Shows that one whose own limits do nothing any more holds nobody up, and that others answer."""
    database = open_database(SHORT_SECONDS)

    def ask_in_vain() -> None:
        with database.read() as reader:
            reader.exec_driver_sql('SET statement_timeout = 0')
            reader.exec_driver_sql('SELECT pg_sleep(5)')

    with pytest.raises(DatabaseUnavailable, match='fallen silent'):
        ask_in_vain()

    with database.read() as reader:
        assert reader.exec_driver_sql('SELECT 1').scalar_one() == 1


def test_what_may_take_its_time_does(open_database: Open) -> None:
    """Shows that an upgrade is not given up, and that the limit is there again afterwards."""
    database = open_database(SHORT_SECONDS)

    with database.write() as writer:
        lift_statement_timeout(writer)
        writer.exec_driver_sql('SELECT pg_sleep(2)')
        driver = cast(ImpatientConnection, writer.connection.driver_connection)
        assert driver.may_take_its_time

    assert not driver.may_take_its_time


@pytest.mark.skipif(not hasattr(socket, 'TCP_USER_TIMEOUT'), reason='as Linux has it')
def test_dead_server_is_noticed(open_database: Open) -> None:
    """Shows that a server which falls silent after it has taken a statement is found out."""
    due = {
        socket.TCP_KEEPIDLE: 7,
        socket.TCP_KEEPINTVL: 1,
        socket.TCP_KEEPCNT: 3,
        socket.TCP_USER_TIMEOUT: 7000,
    }

    with open_database(7).read() as reader:
        connection = cast(psycopg.Connection, reader.connection.driver_connection)
        with socket.socket(fileno=connection.fileno()) as ours:
            told = {option: ours.getsockopt(socket.IPPROTO_TCP, option) for option in due}
            alive = ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            ours.detach()

    assert alive
    assert told == due


def test_upgrade_takes_its_time(open_database: Open) -> None:
    """Shows that no limit made for requests stops a start that has a lot to bring up to date."""
    database = open_database(SHORT_SECONDS)
    limit = "SELECT current_setting('statement_timeout')"

    with database.write() as connection:
        schema.prepare(connection)
        meanwhile = connection.exec_driver_sql(limit).scalar_one()
    with database.read() as connection:
        afterwards = connection.exec_driver_sql(limit).scalar_one()

    assert meanwhile == '0'
    assert afterwards == '1s'


@pytest.mark.parametrize(
    ('options', 'why'),
    [
        ('{} -c role=pg_read_all_data', 'permission denied for schema'),
        ('-c search_path=nowhere', 'no schema has been selected to create in'),
    ],
)
def test_role_that_may_make_no_tables_is_told_so(stored: Stored, options: str, why: str) -> None:
    """Shows that a start fails for a reason that no restart cures, and that it is said."""
    url = stored.url_with(options)

    with (
        closing(Database(url)) as database,
        pytest.raises(MissingPrivilege, match=f'may not make or change its tables .{why}'),
    ):
        database.prepare_tables()

    assert stored.dump() == ''


def test_role_that_owns_no_tables_is_told_so(stored: Stored) -> None:
    """Shows the same where tables of an older version belong to somebody else."""
    stored.execute('CREATE TABLE schema_info (version INTEGER PRIMARY KEY)')
    stored.execute('CREATE TABLE sessions (created_at DOUBLE PRECISION)')
    stored.execute('INSERT INTO schema_info VALUES (1)')
    url = stored.url_with('{} -c role=pg_read_all_data')

    with (
        closing(Database(url)) as database,
        pytest.raises(MissingPrivilege, match='must be owner of table sessions'),
    ):
        database.prepare_tables()


def test_limits_that_do_not_arrive_are_refused(
    open_database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a pooler in between which drops what is asked for is not overlooked: at the start."""
    open_database(SHORT_SECONDS).prepare_tables()
    monkeypatch.setattr(impatient_connection, 'limit_waiting', lambda *_: None)

    with pytest.raises(UnfitPooler, match=r'no \w+_timeout'):
        open_database(SHORT_SECONDS).prepare_tables()


def test_pooler_must_have_nothing_prepared(
    stored: Stored, open_database: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that limits which are the role's own are enough if nothing is prepared, and only then."""
    open_database(SHORT_SECONDS).prepare_tables()

    def drop_all_but(threshold: int | None) -> Callable[[dict[str, Any], float], None]:
        return lambda parameters, _patience: parameters.update(prepare_threshold=threshold)

    with role_with_limits(stored) as url, closing(Database(url)) as database:
        monkeypatch.setattr(impatient_connection, 'limit_waiting', drop_all_but(5))
        with pytest.raises(UnfitPooler, match='prepare_threshold=none'):
            database.prepare_tables()
        database.close()
        monkeypatch.setattr(impatient_connection, 'limit_waiting', drop_all_but(None))
        database.prepare_tables()


@contextmanager
def role_with_limits(stored: Stored) -> Iterator[str]:
    """Give the URL of another role that may do everything, and has limits of its own."""
    role = f'role_{secrets.token_hex(8)}'
    with stored.engine.connect() as connection:
        connection.exec_driver_sql(f'CREATE ROLE {role} LOGIN SUPERUSER')
        for name in ('lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'):
            connection.exec_driver_sql(f'ALTER ROLE {role} SET {name} = 1000')
        yield make_url(stored.url).set(username=role).render_as_string(hide_password=False)
        connection.exec_driver_sql(f'DROP ROLE {role}')


@pytest.mark.parametrize(('asked', 'threshold'), [('', 5), ('prepare_threshold=none', None)])
def test_statements_need_not_be_prepared(stored: Stored, asked: str, threshold: int | None) -> None:
    """Shows that a pooler which hands a connection from one to another can be told of in the URL."""
    url = make_url(stored.url).update_query_string(asked).render_as_string(hide_password=False)

    with closing(Database(url)) as database, database.read() as connection:
        driver = cast(ImpatientConnection, connection.connection.driver_connection)
        assert driver.prepare_threshold == threshold
