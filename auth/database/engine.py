"""One engine and two ways to use it: `read` without a transaction, `write` inside one.

The drivers are told to begin nothing by themselves. Measured: a deferred BEGIN on SQLite failed 81
of 100 times under load with "database is locked"; BEGIN IMMEDIATE with one writer at a time in this
process never did.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, create_engine, event, false, select
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ..errors import DatabaseUnavailable
from . import postgresql, schema, sqlite
from .models import Session

if TYPE_CHECKING:
    from .impatient_connection import ImpatientConnection

POOL_CONNECTIONS = 40  # as many as there are threads to serve requests
# Locks no row. A PostgreSQL that only reads refuses it all the same, and SQLite knows no FOR UPDATE.
_MAY_I_WRITE = select(Session.id).where(false()).with_for_update()


class Database:
    """The engine for one database URL (`sqlite:///...` or `postgresql+psycopg://...`).

    `patience_seconds`: how long a statement may wait for somebody else's lock, and a request for
    its turn to write; on PostgreSQL also how long for a host that has vanished (`postgresql.py`).
    Raises SQLAlchemy's `ArgumentError` for a URL that makes no sense.
    """

    def __init__(self, url: str, *, patience_seconds: float = 5) -> None:
        options = {'pool_size': POOL_CONNECTIONS, 'pool_timeout': patience_seconds}
        try:
            self._engine = create_engine(
                url, hide_parameters=True, isolation_level='AUTOCOMMIT', **options
            )
        except (TypeError, ValueError):  # which would quote what it took for the port
            raise ArgumentError('The URL makes no sense.') from None
        if '@' in (self._engine.url.host or ''):  # the rest of a password, which errors would quote
            raise ArgumentError('An @ in a password is written as %40.')
        if self._engine.dialect.is_async:
            raise ArgumentError('The driver must be one that blocks.')
        self._patience_seconds = patience_seconds
        self._is_sqlite = self._engine.dialect.name == 'sqlite'
        self._begin = 'BEGIN IMMEDIATE' if self._is_sqlite else 'BEGIN'
        self._turn = threading.Lock()
        event.listen(self._engine, 'do_connect', self._connect)
        if self._is_sqlite:
            event.listen(self._engine, 'connect', sqlite.configure)
        else:
            event.listen(self._engine, 'handle_error', postgresql.leave_a_standby)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for single SELECTs; no transaction, no lock.

        Raises `DatabaseUnavailable`.
        """
        with _unavailable_if_it_fails(), self._engine.connect() as connection:
            yield connection

    def one(self, query: Select[Any], **values: str) -> Row[Any] | None:
        """Return the row of a SELECT that finds one at most. Raises `DatabaseUnavailable`."""
        with self.read() as connection:
            return connection.execute(query, values).one_or_none()

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a transaction; commits at the end unless one is raised.

        On SQLite it holds the write lock from the start. Raises `DatabaseUnavailable`; then nothing
        is committed, unless the answer to COMMIT itself was lost (a fail-over): then nobody knows.
        Constraints that are violated raise SQLAlchemy's `IntegrityError`.
        """
        with _unavailable_if_it_fails(), self._my_turn(), self._engine.connect() as connection:
            connection.exec_driver_sql(self._begin)
            yield connection  # closing the connection rolls back what is not committed,
            try:
                connection.commit()
            except DBAPIError:
                connection.rollback()  # but not after a COMMIT that failed
                raise

    def require_tables(self) -> None:
        """Make sure that a server has used the database; make nothing, not even a file.

        Raises `NeverUsed`, `UnusableFile` for a file that is no database, and `DatabaseUnavailable`.
        """
        if self._is_sqlite and not sqlite.has_file(self._engine):
            raise schema.NeverUsed
        with (
            _unavailable_if_it_fails(),
            sqlite.refusing_other_files(self._engine),
            self._engine.connect() as connection,
        ):
            schema.require_tables(connection)

    def prepare_tables(self) -> None:
        """Make the tables, or bring those of an older version up to date.

        Raises `UnknownSchema` for those of a newer version, `UnusableFile` for a file that will never
        do, `MissingPrivilege` for a role that PostgreSQL does not let do it, `UnfitPooler` if
        PostgreSQL has not heard how long to wait, and `DatabaseUnavailable`.
        """
        if self._is_sqlite:
            with _unavailable_if_it_fails():
                sqlite.switch_to_wal(self._engine, self._patience_seconds)
        else:
            with self.read() as connection:
                postgresql.demand_fit_pooler(connection, self._patience_seconds)
        with postgresql.saying_what_is_not_allowed(), self.write() as connection:
            schema.prepare(connection)

    def ping(self) -> None:
        """Ask the database whether it could serve a request.

        Raises `DatabaseUnavailable` if it does not answer, has no tables, or is a PostgreSQL that only
        reads.
        """
        try:
            with self.read() as connection:
                connection.execute(_MAY_I_WRITE)
        except ProgrammingError as error:
            raise _unavailable(error) from error

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()

    @contextlib.contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Let one writer at a time into SQLite; PostgreSQL locks rows instead."""
        if not self._is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=self._patience_seconds):
            raise DatabaseUnavailable('another request of this process is writing')
        try:
            yield
        finally:
            self._turn.release()

    def _connect(
        self, _dialect: object, _record: object, _args: object, parameters: dict[str, Any]
    ) -> ImpatientConnection | None:
        """Say to the driver how long to wait; return what it is to use in place of its own."""
        if self._is_sqlite:
            sqlite.limit_waiting(parameters, self._patience_seconds)
            return None
        # Not at the top: whoever uses SQLite need not wait for another driver to be loaded.
        from .impatient_connection import connect  # noqa: PLC0415

        return connect(parameters, self._patience_seconds)


@contextlib.contextmanager
def _unavailable_if_it_fails() -> Iterator[None]:
    """Turn what a database or its pool may fail with for a while into one condition.

    What is wrong with a statement stays wrong: such errors pass.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):  # the only ones that may repeat a value
        raise
    except DBAPIError as error:
        raise _unavailable(error) from error
    except PoolTimeout as error:
        raise DatabaseUnavailable(type(error).__name__) from error


def _unavailable(error: DBAPIError) -> DatabaseUnavailable:
    """Say what the driver says in its first line: locked, full, gone, read-only."""
    reason = str(error.orig).partition('\n')[0]
    return DatabaseUnavailable(f'{type(error).__name__}: {reason}')
