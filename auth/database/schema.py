"""Which version the tables have, and how those of an older version are brought up to date.

All of it happens in one transaction, on SQLite as on PostgreSQL: a schema is never half-used.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, inspect, select, text, update

from .models import SCHEMA_VERSION, Base, SchemaInfo
from .postgresql import lift_statement_timeout
from .users import User  # noqa: F401 (makes its table known)

# Statements that lead from a version to the next one.
_UPGRADES = {
    1: (
        "ALTER TABLE sessions ADD COLUMN user_agent VARCHAR(400) DEFAULT '' NOT NULL",
        "ALTER TABLE sessions ADD COLUMN address VARCHAR(64) DEFAULT '' NOT NULL",
        'ALTER TABLE sessions ADD COLUMN last_used_at DOUBLE PRECISION DEFAULT 0 NOT NULL',
        'UPDATE sessions SET last_used_at = created_at',
    ),
    2: (
        'CREATE TABLE ended_sessions (session_sha256 VARCHAR(64) NOT NULL, '
        'ended_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (session_sha256))',
        'CREATE INDEX ix_ended_sessions_ended_at ON ended_sessions (ended_at)',
    ),
    3: (
        'CREATE INDEX unrevoked_sessions_of_user ON sessions (user_id, abs_expires_at) '
        'WHERE revoked_at IS NULL',
        'ALTER TABLE schema_info ADD COLUMN keys_check VARCHAR(64)',
    ),
}
_POSTGRESQL_LOCK = 0x7369676E6564  # any number that every process of this program shares


class UnknownSchema(Exception):
    """Raised if the tables were made by a version of this code that this one cannot know."""


class NeverUsed(Exception):
    """Raised if sessions are to be ended in a database that no server has ever used."""

    def __init__(self) -> None:
        super().__init__('No server has ever used this database. Name the one that yours uses.')


def require_tables(connection: Connection) -> None:
    """Make sure that a server has made its tables here, of whichever version. Raises `NeverUsed`."""
    if SchemaInfo.__tablename__ not in inspect(connection).get_table_names():
        raise NeverUsed


def prepare(connection: Connection) -> None:
    """Make the tables or bring them up to date. Raises `UnknownSchema`, and then changes nothing."""
    if connection.dialect.name == 'postgresql':  # SQLite's transaction has the write lock already
        connection.execute(text('SET LOCAL lock_timeout = 0'))  # another start may take its time
        lift_statement_timeout(connection)  # and this one, too
        connection.execute(select(func.pg_advisory_xact_lock(_POSTGRESQL_LOCK)))
        # A table in use is another matter: who waits for it stops everybody who comes after.
        connection.execute(text('SET LOCAL lock_timeout TO DEFAULT'))
    tables = set(inspect(connection).get_table_names())
    if SchemaInfo.__tablename__ not in tables:
        if foreign := tables & set(Base.metadata.tables):
            raise UnknownSchema(
                f'The database has a table {min(foreign)!r} of another program. Use another database; '
                'or has a program of yours made that one itself, before `auth.install`?'
            )
        Base.metadata.create_all(connection)
        connection.execute(insert(SchemaInfo).values(version=SCHEMA_VERSION))
        return
    version = connection.execute(select(func.max(SchemaInfo.version))).scalar() or 0
    while version in _UPGRADES:
        for statement in _UPGRADES[version]:
            connection.execute(text(statement))
        version += 1
        connection.execute(update(SchemaInfo).values(version=version))
    if version != SCHEMA_VERSION:
        raise UnknownSchema(
            f'The database has schema version {version}; this program needs version '
            f'{SCHEMA_VERSION}. Use the version of the program that made it, or a new database.'
        )
