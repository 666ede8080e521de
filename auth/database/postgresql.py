"""What is particular about PostgreSQL, which is elsewhere: hosts vanish, and others take over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, ProgrammingError

if TYPE_CHECKING:
    from .impatient_connection import ImpatientConnection

# However short the patience: a busy process may need that long between two of its statements.
MIN_MILLISECONDS = 1000
PROBE_INTERVAL_SECONDS = 1
PROBES = 3
READ_ONLY = '25006'  # SQLSTATE read_only_sql_transaction

_SETTINGS = text('SELECT name, setting, source FROM pg_settings WHERE name IN :names').bindparams(
    bindparam('names', expanding=True)
)

# SQLSTATEs insufficient_privilege, and invalid_schema_name: none that this role may use.
_NOT_ALLOWED = {'42501', '3F000'}


class MissingPrivilege(Exception):
    """Raised if PostgreSQL does not let this role make tables, or change them; says what will help."""


class UnfitPooler(Exception):
    """Raised if a pooler in between drops what PostgreSQL is to know; says what will help."""


def demand_fit_pooler(connection: Connection, patience_seconds: float) -> None:
    """Make sure that the limits of `limit_waiting` hold, whoever has set them.

    If it was the role, something in between has dropped ours, and may hand a connection from one
    program to another: what one has prepared would be run for the other. Raises `UnfitPooler`.
    """
    for setting in connection.execute(_SETTINGS, {'names': list(_time_limits(patience_seconds))}):
        if setting.setting == '0':
            raise UnfitPooler(
                f'PostgreSQL has no {setting.name}: something in between drops what this program asks '
                'for. With PgBouncer, set all three limits for the role (docs/operation.md).'
            )
        if setting.source != 'client' and _driver(connection).prepare_threshold is not None:
            raise UnfitPooler(
                'There is a PgBouncer or the like in between, which may mix up what several programs '
                'have prepared. Add prepare_threshold=none to the database URL (docs/operation.md).'
            )


@contextlib.contextmanager
def saying_what_is_not_allowed() -> Iterator[None]:
    """Raise `MissingPrivilege` where PostgreSQL refuses a statement to this role."""
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, 'sqlstate', None) not in _NOT_ALLOWED:
            raise
        reason = str(error.orig).partition('\n')[0]
        raise MissingPrivilege(
            f"The database URL's role may not make or change its tables ({reason}). Grant it CREATE "
            'on the schema, or name the role that owns the tables.'
        ) from error


def limit_waiting(parameters: dict[str, Any], patience_seconds: float) -> None:
    """Add how long anybody waits for anybody to what a connection is made with.

    Raises SQLAlchemy's `ArgumentError` for a `prepare_threshold` that is none.

    The server ends what an application that has vanished has begun, and with it its locks. The
    kernel gives up a host that has vanished, also one that has taken a statement before; one that
    leaves a statement unacknowledged on Linux only: other systems, which know no TCP_USER_TIMEOUT,
    go on sending for minutes.
    """
    seconds = max(1, int(patience_seconds))
    limits = _time_limits(patience_seconds)
    given = parameters.get('options', '')
    if 'prepare_threshold' in parameters:  # a text, if it comes from a URL
        parameters['prepare_threshold'] = _threshold(str(parameters['prepare_threshold']))
    parameters |= {
        'options': ' '.join([given, *(f'-c {name}={limit}ms' for name, limit in limits.items())]),
        'connect_timeout': seconds,
        'tcp_user_timeout': limits['lock_timeout'],
        'keepalives': 1,
        'keepalives_idle': seconds,
        'keepalives_interval': PROBE_INTERVAL_SECONDS,
        'keepalives_count': PROBES,
    }


def _time_limits(patience_seconds: float) -> dict[str, int]:
    """Return PostgreSQL's settings by name, in milliseconds; 0 would be for ever."""
    milliseconds = max(1, int(patience_seconds * 1000))
    return {
        'lock_timeout': milliseconds,
        'idle_in_transaction_session_timeout': max(MIN_MILLISECONDS, milliseconds),
        'statement_timeout': statement_milliseconds(patience_seconds),
    }


def _threshold(given: str) -> int | None:
    """Read psycopg's `prepare_threshold`. Raises `ArgumentError`."""
    if given == 'none':
        return None
    if not given.isdecimal():
        raise ArgumentError('prepare_threshold is a number, or none.')
    return int(given)


def statement_milliseconds(patience_seconds: float) -> int:
    """Return after how many milliseconds PostgreSQL is to end a statement."""
    return max(MIN_MILLISECONDS, int(2 * patience_seconds * 1000))


def lift_statement_timeout(connection: Connection) -> None:
    """Let the statements of this transaction take their time: nobody waits for an answer to it."""
    if connection.dialect.name == 'postgresql':
        connection.execute(text('SET LOCAL statement_timeout = 0'))
        _driver(connection).may_take_its_time = True


def _driver(connection: Connection) -> ImpatientConnection:
    return cast('ImpatientConnection', connection.connection.driver_connection)


def leave_a_standby(context: ExceptionContext) -> None:
    """Have all connections made anew if one leads to a server that only reads.

    They do after a failover: the server has not gone, so nothing else would end them.
    """
    if getattr(context.original_exception, 'sqlstate', None) == READ_ONLY:
        context.is_disconnect = True
