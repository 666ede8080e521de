"""What the database holds, seen from outside the server, through a connection of one's own."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import NullPool, create_engine, inspect, make_url


class Stored:
    """Looks into a database, and changes it where a test plays the administrator or the fault."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(url, poolclass=NullPool, isolation_level='AUTOCOMMIT')

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return Path(make_url(self.url).database or '')

    def url_with(self, options: str) -> str:
        """Return the URL with other options of PostgreSQL's; `{}` stands for those that it has."""
        url = make_url(self.url)
        url = url.update_query_dict({'options': options.format(url.query['options'])})
        return url.render_as_string(hide_password=False)

    def dump(self) -> str:
        """Return every committed row as text, bytes in hexadecimal digits."""
        lines = []
        with self.engine.connect() as connection:
            for table in sorted(inspect(connection).get_table_names()):
                rows = connection.exec_driver_sql(f'SELECT * FROM {table}').all()
                lines += sorted(f'{table}: {[_readable(value) for value in row]}' for row in rows)
        return '\n'.join(lines)

    def value(self, query: str, *parameters: object) -> object:
        """Return the first column of the only row that the query finds; `?` marks parameters."""
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(self._own(query), parameters).one()[0]

    def execute(self, statement: str, *parameters: object) -> None:
        """Change the database behind the server's back; `?` marks parameters."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql(self._own(statement), parameters)

    def end_reason(self, session_id: str) -> object:
        """Return why a session was revoked, or `None`."""
        return self.value('SELECT revoked_reason FROM sessions WHERE id = ?', session_id)

    def _own(self, statement: str) -> str:
        return statement if self.dialect == 'sqlite' else statement.replace('?', '%s')


def _readable(value: object) -> object:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
