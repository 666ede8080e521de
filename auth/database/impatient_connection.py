"""A connection to PostgreSQL that gives the server up. The driver it imports takes 70 ms to load."""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus

from .postgresql import limit_waiting, statement_milliseconds

_Result = TypeVar('_Result')


class ImpatientConnection(psycopg.Connection[Any]):
    """Gives a server up that says nothing for longer than any statement may take there.

    What has vanished, the kernel notices (`limit_waiting`). A server that stands still, stopped or
    waiting for its disk, has a kernel that goes on acknowledging, and its own limits stand still, too.
    """

    patience_seconds: float | None = None
    may_take_its_time = False  # this transaction

    def wait(
        self, gen: PQGen[_Result], interval: float = 0.1, timeout: float | None = None
    ) -> _Result:
        """Wait for an answer. Raises psycopg's `OperationalError`, with the connection closed."""
        limit = None if self.may_take_its_time else self.patience_seconds
        try:
            return super().wait(gen, interval, timeout or limit)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise  # the server has answered, or is gone
            self.pgconn.finish()
            raise psycopg.OperationalError('the server has fallen silent') from error
        finally:
            if self.pgconn.transaction_status == TransactionStatus.IDLE:
                self.may_take_its_time = False


def connect(parameters: dict[str, Any], patience_seconds: float) -> ImpatientConnection:
    """Return a connection on which nobody waits for anybody for ever."""
    limit_waiting(parameters, patience_seconds)
    connection = ImpatientConnection.connect(**parameters)
    connection.patience_seconds = 1.5 * statement_milliseconds(patience_seconds) / 1000
    return connection
