"""A PostgreSQL for the tests: the one that `TEST_POSTGRES_URL` names, or one started for this run.

Each test gets a schema of its own in it. Where there is neither, those tests are left out, and say so;
with `TEST_POSTGRES=required` that is an error instead.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

URL_VARIABLE = 'TEST_POSTGRES_URL'
LEFT_OUT = (
    f'no PostgreSQL here: install one (apt-get install postgresql) or set {URL_VARIABLE} '
    'as in postgresql+psycopg://user:password@host/database'
)
_DEBIAN = Path('/usr/lib/postgresql')
# What a crash of the whole machine would lose may be lost: it is a scratch server.
_OPTIONS = (
    '-c fsync=off -c full_page_writes=off -c max_connections=400 -c listen_addresses=localhost'
)


class Postgres:
    """A scratch server, for one test run; nothing of it is left afterwards."""

    def __init__(self) -> None:
        self._programs = _find_programs()
        self._folder: Path | None = None

    def start(self) -> None:
        """Start it if there is need and a way to, and say where in the environment.

        Raises `pytest.UsageError` if there is no way and `TEST_POSTGRES` is `required`.
        """
        if URL_VARIABLE in os.environ:
            return
        if self._programs is None:
            if os.environ.get('TEST_POSTGRES') == 'required':
                raise pytest.UsageError(LEFT_OUT)
            return
        # The other user must get there; TMPDIR may be root's own.
        self._folder = Path(
            tempfile.mkdtemp(prefix='postgres-', dir='/tmp' if _is_root() else None)
        )
        if _is_root():
            shutil.chown(self._folder, 'postgres', 'postgres')
        data, port = self._folder / 'data', _free_port()
        self._run('initdb', '-D', data, '-U', 'tests', '--auth=trust', '--no-sync')
        options = f'{_OPTIONS} -p {port} -c unix_socket_directories='
        log = self._folder / 'log'
        self._run('pg_ctl', 'start', '-w', '-D', data, '-l', log, '-o', options)
        os.environ[URL_VARIABLE] = f'postgresql+psycopg://tests@localhost:{port}/postgres'

    def stop(self) -> None:
        """Stop it, if it was started here, and remove its files."""
        if self._folder is None:
            return
        self._run('pg_ctl', 'stop', '-m', 'immediate', '-D', self._folder / 'data')
        del os.environ[URL_VARIABLE]
        shutil.rmtree(self._folder)
        self._folder = None

    def _run(self, program: str, *arguments: str | Path) -> None:
        assert self._programs is not None
        command = [str(self._programs / program), *map(str, arguments)]
        user = 'postgres' if _is_root() else None  # PostgreSQL refuses to be root
        subprocess.run(
            command,
            check=True,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )


@contextmanager
def own_schema() -> Iterator[str]:
    """Make an empty schema; give a database URL that sees only it; drop it at the end."""
    if URL_VARIABLE not in os.environ:
        pytest.skip(LEFT_OUT)
    base, name = make_url(os.environ[URL_VARIABLE]), f'test_{secrets.token_hex(8)}'
    _execute(base, f'CREATE SCHEMA {name}')
    yield _seeing_only(base, name).render_as_string(hide_password=False)
    _execute(base, f'DROP SCHEMA {name} CASCADE')


def _execute(base: URL, statement: str) -> None:
    with _engine(base).connect() as connection:
        connection.execute(text(statement))


@cache
def _engine(base: URL) -> Engine:
    """Connect once for all schemas (measured: 8 ms each time), or anew if a test ends connections."""
    return create_engine(base, isolation_level='AUTOCOMMIT', pool_pre_ping=True)


def _seeing_only(base: URL, schema: str) -> URL:
    return base.update_query_dict({'options': f'-csearch_path={schema}'})


def _find_programs() -> Path | None:
    """Return the folder of PostgreSQL's own programs; Debian keeps them off the path."""
    if on_path := shutil.which('initdb'):
        return Path(on_path).parent
    found = sorted(_DEBIAN.glob('*/bin/initdb'), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _is_root() -> bool:
    return hasattr(os, 'geteuid') and os.geteuid() == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('localhost', 0))
        port: int = probe.getsockname()[1]
        return port
