"""What is particular about SQLite: how long it waits, what it makes durable, its write-ahead log."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError

RETRY_SECONDS = 0.02
# A database in memory has no file, and no need of a log.
_GOOD_JOURNAL_MODES = {'wal', 'memory'}


class UnusableFile(Exception):
    """Raised at the start if no waiting will let SQLite work with its file; says what will."""


def limit_waiting(parameters: dict[str, Any], patience_seconds: float) -> None:
    """Add how long to wait for a lock to what a connection is made with."""
    parameters['timeout'] = patience_seconds


def configure(connection: DBAPIConnection, _record: object) -> None:
    """Set up a connection that has just been made."""
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101
    # NORMAL would lose the last commits in a power cut, and with them somebody's refresh token.
    connection.execute('PRAGMA synchronous = FULL')
    connection.execute('PRAGMA foreign_keys = ON')


def has_file(engine: Engine) -> bool:
    """Say whether the database's file is there: to connect would make it."""
    (name,), options = engine.dialect.create_connect_args(engine.url)
    return Path(unquote(urlsplit(name).path) if options.get('uri') else name).exists()


@contextlib.contextmanager
def refusing_other_files(engine: Engine) -> Iterator[None]:
    """Raise `UnusableFile` where SQLite finds that a file is no database."""
    try:
        yield
    except DatabaseError as error:
        if getattr(error.orig, 'sqlite_errorcode', None) == sqlite3.SQLITE_NOTADB:
            raise UnusableFile(
                f'{engine.url.database} is no SQLite database. Name another file, or a new one.'
            ) from error
        raise


def switch_to_wal(engine: Engine, patience_seconds: float) -> None:
    """Let readers and writers not wait for each other; the file remembers it.

    Raises `UnusableFile`, and SQLAlchemy's errors.
    """
    with refusing_other_files(engine):
        mode = _switched_to_wal(engine, give_up_at=time.monotonic() + patience_seconds)
    if mode not in _GOOD_JOURNAL_MODES:  # SQLite calls that no error
        raise UnusableFile(
            f'SQLite cannot have a write-ahead log beside {engine.url.database} (journal mode '
            f'{mode!r}), as on many network drives. Put it on a local disk, or use PostgreSQL.'
        )


def _switched_to_wal(engine: Engine, *, give_up_at: float) -> object:
    """Return the journal mode that this has led to.

    Measured: the statement fails at once, whatever the time-out, if another process is just doing
    the same.
    """
    while True:
        try:
            with engine.connect() as connection:
                # A row not fetched would leave it in progress, and the next COMMIT would fail.
                (row,) = connection.exec_driver_sql('PRAGMA journal_mode = WAL').all()
                return row[0]
        except DatabaseError as error:
            if 'locked' not in str(error.orig) or time.monotonic() > give_up_at:
                raise
            time.sleep(RETRY_SECONDS)
