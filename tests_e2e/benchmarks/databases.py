"""The databases to measure on, and how many bare commits each can do: the floor of every write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from auth.database.engine import Database
from auth.tests.postgres import URL_VARIABLE, Postgres, own_schema

from .samples import Sample, in_threads


class _DurablePostgres(Postgres):
    """The tests' scratch server, but with real commits: without fsync they would cost nothing."""

    def _run(self, program: str, *arguments: str | Path) -> None:
        super()._run(program, *(str(each).replace('fsync=off', 'fsync=on') for each in arguments))


@contextmanager
def postgres() -> Iterator[bool]:
    """Have a PostgreSQL until the block ends; say if there is one at all."""
    server = _DurablePostgres()
    server.start()
    try:
        yield URL_VARIABLE in os.environ
    finally:
        server.stop()


@contextmanager
def empty_database(kind: str, file: Path) -> Iterator[str]:
    """Give the URL of an empty database of this kind; if it is SQLite, it lies in this file."""
    if kind == 'PostgreSQL':
        with own_schema() as url:
            yield url
    else:
        yield f'sqlite:///{file}'


def bare_commits(url: str, connections: int, seconds: float) -> Sample:
    """Update one row again and again, each time in a transaction, on the product's own settings.

    Without SQLAlchemy, and each connection has its own row: nobody waits for anybody but the disk.
    """
    database = Database(url)
    with ExitStack() as cleanup:
        cleanup.callback(database.close)
        with database.write() as connection:
            connection.exec_driver_sql('DROP TABLE IF EXISTS bench')
            connection.exec_driver_sql('CREATE TABLE bench (id INTEGER PRIMARY KEY, n INTEGER)')
            for row in range(connections):
                connection.exec_driver_sql(f'INSERT INTO bench VALUES ({row}, 0)')
        actions = [cleanup.enter_context(_commit(database, row)) for row in range(connections)]
        return in_threads(actions, seconds)


@contextmanager
def _commit(database: Database, row: int) -> Iterator[Callable[[], None]]:
    """Give an action that commits a change of this row, on a connection of its own."""
    with closing(database._engine.raw_connection()) as connection:
        cursor = connection.cursor()

        def commit() -> None:
            cursor.execute(database._begin)
            cursor.execute(f'UPDATE bench SET n = n + 1 WHERE id = {row}')
            connection.commit()

        yield commit
