"""What is particular about PostgreSQL, which is elsewhere: hosts vanish, and others take over."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ProgrammingError

if TYPE_CHECKING:
    from .impatient_connection import ImpatientConnection

# However short the patience: a busy process may need that long between two of its statements.
MIN_MILLISECONDS = 1000
PROBE_INTERVAL_SECONDS = 1
PROBES = 3
READ_ONLY = '25006'  # SQLSTATE read_only_sql_transaction

# SQLSTATEs insufficient_privilege, and invalid_schema_name: none that this role may use.
_NOT_ALLOWED = {'42501', '3F000'}


class MissingPrivilege(Exception):
    """Raised if PostgreSQL does not let this role make tables, or change them; says what will help."""


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

    The server ends what an application that has vanished has begun, and with it its locks. The
    kernel gives up a host that has vanished, also one that has taken a statement before; one that
    leaves a statement unacknowledged on Linux only: other systems, which know no TCP_USER_TIMEOUT,
    go on sending for minutes.
    """
    seconds = max(1, int(patience_seconds))
    milliseconds = max(1, int(patience_seconds * 1000))  # 0 would be for ever
    limits = {
        'lock_timeout': milliseconds,
        'idle_in_transaction_session_timeout': max(MIN_MILLISECONDS, milliseconds),
        'statement_timeout': statement_milliseconds(patience_seconds),
    }
    given = parameters.get('options', '')
    parameters |= {
        'options': ' '.join([given, *(f'-c {name}={limit}ms' for name, limit in limits.items())]),
        'connect_timeout': seconds,
        'tcp_user_timeout': milliseconds,
        'keepalives': 1,
        'keepalives_idle': seconds,
        'keepalives_interval': PROBE_INTERVAL_SECONDS,
        'keepalives_count': PROBES,
    }


def statement_milliseconds(patience_seconds: float) -> int:
    """Return after how many milliseconds PostgreSQL is to end a statement."""
    return max(MIN_MILLISECONDS, int(2 * patience_seconds * 1000))


def lift_statement_timeout(connection: Connection) -> None:
    """Let the statements of this transaction take their time: nobody waits for an answer to it."""
    if connection.dialect.name == 'postgresql':
        connection.execute(text('SET LOCAL statement_timeout = 0'))
        driver = cast('ImpatientConnection', connection.connection.driver_connection)
        driver.may_take_its_time = True


def leave_a_standby(context: ExceptionContext) -> None:
    """Have all connections made anew if one leads to a server that only reads.

    They do after a failover: the server has not gone, so nothing else would end them.
    """
    if getattr(context.original_exception, 'sqlstate', None) == READ_ONLY:
        context.is_disconnect = True
