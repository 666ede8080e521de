"""The SQLite file behind the server, seen from outside with a connection of its own."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


class DatabaseFile:
    """Looks into the file, and changes it where a test plays the administrator or the fault."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def url(self) -> str:
        """The address of this file for the settings."""
        return f'sqlite:///{self.path}'

    def connect(self) -> sqlite3.Connection:
        """Open a connection of another program; the caller says BEGIN and closes it."""
        return sqlite3.connect(self.path, isolation_level=None)

    def dump(self) -> str:
        """Return every committed table and row as SQL text."""
        with closing(self.connect()) as connection:
            return '\n'.join(connection.iterdump())

    def value(self, query: str, *parameters: object) -> object:
        """Return the first column of the only row that the query finds."""
        with closing(self.connect()) as connection:
            ((value, *_),) = connection.execute(query, parameters).fetchall()
            return value

    def execute(self, statement: str, *parameters: object) -> None:
        """Change the file behind the server's back."""
        with closing(self.connect()) as connection:
            connection.execute(statement, parameters)

    def end_reason(self, session_id: str) -> object:
        """Return why a session was revoked, or `None`."""
        return self.value('SELECT revoked_reason FROM sessions WHERE id = ?', session_id)
