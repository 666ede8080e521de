"""Which master secret the database's refresh tokens were made with: compared at each start.

With another one every honest token would look forged: everybody would be signed out for good, and
nobody could log out. The key pairs that sign access tokens do not matter here.
"""

from __future__ import annotations

import hmac

from sqlalchemy import Connection, select, update

from .engine import Database
from .models import SchemaInfo

_READ = select(SchemaInfo.keys_check)


class OtherKeys(Exception):
    """Raised if the database was used with another master secret than the one that is there now."""


def require_same_keys(database: Database, check_value: str) -> None:
    """Compare the master secret's check value with the one that the first start has left.

    Raises `OtherKeys` or `DatabaseUnavailable`.
    """
    with database.read() as connection:
        known = connection.execute(_READ).scalar_one()
    if known is None:
        known = _leave(database, check_value)
    if not hmac.compare_digest(known, check_value):
        raise OtherKeys(
            'The database was used with another master secret: with this one, everybody would be '
            'signed out. Use the keys that belong to it, or end all sessions (`end_all_sessions`).'
        )


def adopt_keys(connection: Connection, check_value: str) -> None:
    """Let the database belong to another master secret from now on."""
    connection.execute(update(SchemaInfo).values(keys_check=check_value))


def _leave(database: Database, check_value: str) -> str:
    """Keep the check value unless another start was first; return the one that counts."""
    leaving = update(SchemaInfo).where(SchemaInfo.keys_check.is_(None))
    with database.write() as connection:
        connection.execute(leaving.values(keys_check=check_value))
        return str(connection.execute(_READ).scalar_one())
