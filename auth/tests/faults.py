"""A database that fails at the worst moment, whichever that is: moments are numbered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from auth.database.engine import Database


class Fault:
    """Lets the driver fail at one moment, or lets something else happen there.

    There is a moment before each statement, one after it, and one before each COMMIT.
    """

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        engine = database._engine
        self.error: Exception = engine.dialect.loaded_dbapi.OperationalError('a fault')
        self.happened = False
        self._happen: Callable[[], None] = self._fail
        self._moments_left: int | None = None
        self._commit = engine.dialect.do_commit
        self._fails_after_commit = False
        event.listen(engine, 'do_execute', self._on_execute)
        monkeypatch.setattr(engine.dialect, 'do_commit', self._on_commit)

    def at(self, moment: int, happen: Callable[[], None] | None = None) -> None:
        """Arm it, once; moments count from 0, from now on."""
        self._moments_left, self.happened = moment, False
        self._happen = happen or self._fail

    def after_commit(self) -> None:
        """Arm it, once: the next COMMIT succeeds, and the server never hears of it."""
        self._fails_after_commit = True

    def _on_execute(
        self, cursor: Any, statement: str, parameters: Any, _context: object
    ) -> bool | None:
        self._pass_a_moment()
        cursor.execute(statement, parameters)
        self._pass_a_moment()
        return True  # so SQLAlchemy does not execute it again

    def _on_commit(self, connection: Any) -> None:
        self._pass_a_moment()
        self._commit(connection)
        if self._fails_after_commit:
            self._fails_after_commit = False
            self._fail()

    def _pass_a_moment(self) -> None:
        if self._moments_left is None:
            return
        if self._moments_left > 0:
            self._moments_left -= 1
            return
        self._moments_left, self.happened = None, True
        self._happen()

    def _fail(self) -> None:
        raise self.error
