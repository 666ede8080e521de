"""Which index a statement goes by: what is over must not make slower what is alive."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from auth import AuthBackend

from .browser import Account, Browser
from .stored import Stored

OVER = 2000
COLUMNS = (
    'user_id, salt, lock_seq, stay_signed_in, user_agent, address, created_at, last_used_at, '
    'idle_expires_at, abs_expires_at'
)
EXPLAIN = {'sqlite': 'EXPLAIN QUERY PLAN', 'postgresql': 'EXPLAIN'}


def end_many(stored: Stored) -> None:
    """Give the only user as many sessions that are over as a few days of testing make."""
    stored.execute(
        f'INSERT INTO sessions (id, revoked_at, {COLUMNS}) '
        f'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OVER}) '
        f"SELECT 'over-' || i, created_at, {COLUMNS} FROM sessions, n"
    )
    if stored.dialect == 'postgresql':  # does by itself what SQLite must do without
        stored.execute('ANALYZE sessions')


def test_sessions_that_are_over_are_not_looked_at(
    *, signed_in: Browser, phone: Browser, ada: Account, backend: AuthBackend, stored: Stored
) -> None:
    """Shows that signing in, one's devices and logging out everywhere find the living at once."""
    end_many(stored)
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if 'sessions.user_id = ' in statement:
            seen.append((statement, values))

    event.listen(backend.database._engine, 'before_cursor_execute', note)
    phone.log_in(ada)
    devices = phone.devices()
    phone.log_out_everywhere()

    assert len(devices) == 2
    assert [statement.split()[0] for statement, _ in seen] == ['SELECT', 'SELECT', 'UPDATE']
    with stored.engine.connect() as connection:
        for statement, values in seen:
            explained = f'{EXPLAIN[stored.dialect]} {statement}'
            plan = str(connection.exec_driver_sql(explained, values).all())
            assert 'unrevoked_sessions_of_user' in plan
            assert 'ix_sessions_user_id' not in plan
