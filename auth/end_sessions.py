"""Ends every session of everybody: after the database was restored, or its keys were replaced."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

from sqlalchemy import update

from . import audit
from .database.engine import Database
from .database.postgresql import lift_statement_timeout, saying_what_is_not_allowed
from .database.users import User
from .sessions.end_reasons import EndReason
from .sessions.keys_check import adopt_keys, require_same_keys
from .sessions.rows import revoke_all
from .tokens.keys import Keys


def end_all_sessions(
    database_url: str,
    keys: Keys,
    *,
    with_new_keys: bool = False,
    clock: Callable[[], float] = time.time,
) -> int:
    """End all sessions and every sign-in in flight; return how many sessions there were.

    Running servers hear of it as of any end. `with_new_keys`: from then on the database belongs to
    these keys, whichever it was used with before; no server may run meanwhile.

    Raises `OtherKeys` if the keys are new, and that was not said; `NeverUsed` if no server has used
    the database, and makes nothing there; `UnknownSchema`, `UnusableFile`, `MissingPrivilege`,
    `UnfitPooler`, `DatabaseUnavailable` or SQLAlchemy's `ArgumentError` if it cannot be used. Then
    nothing has ended (with `DatabaseUnavailable` all may have, if the answer to COMMIT was lost: do it
    again).
    """
    with closing(Database(database_url)) as database, saying_what_is_not_allowed():
        database.require_tables()
        database.prepare_tables()
        with database.write() as connection:
            lift_statement_timeout(connection)
            now = clock()  # after the wait for the write lock
            if not with_new_keys:
                require_same_keys(connection, keys, now)
            connection.execute(update(User).values(auth_epoch=User.auth_epoch + 1))
            ended = revoke_all(connection, EndReason.ENDED_BY_OPERATOR, now)
            adopt_keys(connection, keys)
    audit.record('all_sessions_ended', sessions=len(ended))
    return len(ended)
