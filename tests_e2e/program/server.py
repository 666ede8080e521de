"""The program under test, as a process of its own: own port, own data folder, own environment."""

from __future__ import annotations

import json
import os
import re
import threading
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.tests import program
from auth import CLIENT_HEADER

from .audit_log import AuditLog

ROOT = program.ROOT
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 20
LOG_TIMEOUT_SECONDS = 10  # until a line that has been written is read
# No grace for tabs that refresh at one time, and what is seen once counts at once.
IMPATIENT = ('--refresh-overlap-seconds', '0', '--refresh-seen-after-seconds', '0')
REGISTRATIONS_PER_HOUR = 100_000  # everybody in these tests comes from 127.0.0.1
OVER_REST = {'login': '/auth/login', 'refresh': '/auth/refresh', 'logout': '/auth/logout'}
OVER_GRAPHQL = {
    'login': '/graphql?login',
    'refresh': '/graphql?refreshToken',
    'logout': '/graphql?logout',
}
_ADDRESS = re.compile(r'(?:The sign-in demo|An independent service) is running at (http://\S+)')


class Server:
    """A server and everything that it has printed, through all its lives."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._options = options
        self._lines: list[str] = []
        self._audit_log = AuditLog()
        self._changed = threading.Condition()
        self._process: program.Running | None = None
        self._readers: list[threading.Thread] = []
        self.url = ''  # where the pages are

    @property
    def api_url(self) -> str:
        """Where the auth backend is."""
        return self.url

    @property
    def port(self) -> str:
        """The port of its first life; before that any free one."""
        return self.url.rpartition(':')[2] or '0'

    @property
    def output(self) -> str:
        """Everything printed and logged so far."""
        with self._changed:
            return '\n'.join(self._lines)

    def count(self, event: str, **details: object) -> int:
        """Say how often an audit event has been read so far, as in `('refresh_rotated', session=id)`.

        A server writes it before it answers, but what it has written is read a moment later: `wait_for`
        it before you compare.
        """
        with self._changed:
            return self._audit_log.count(event, **details)

    def wait_for(self, event: str, times: int = 1, **details: object) -> None:
        """Wait until an audit event has been recorded so many times. Raises `TimeoutError`."""

        def is_there() -> bool:
            return self._audit_log.count(event, **details) >= times

        self._wait(is_there, f'{event} was not recorded {times} times')

    def refreshes(self, session: str, at_least: int = 0) -> Counter[str]:
        """Wait for so many refreshes of a session, and say how all so far have been answered.

        Raises `TimeoutError` if they are not recorded.
        """

        def are_there() -> bool:
            return self._audit_log.count_refreshes(session).total() >= at_least

        self._wait(are_there, f'there were not {at_least} refreshes', LOG_TIMEOUT_SECONDS)
        with self._changed:
            return self._audit_log.count_refreshes(session)

    def start(self) -> None:
        """Start it: the first time on a free port, then on the same one. Raises `TimeoutError`."""
        first_line = len(self._lines)
        self._process = program.start(self.command(), scrubbed_environment(self._folder))
        self._readers = [
            threading.Thread(target=self._read, args=[self._process, output], daemon=True)
            for output in (self._process.stdout, self._process.stderr)
        ]
        for reader in self._readers:
            reader.start()

        def is_up() -> bool:
            return self.take_addresses('\n'.join(self._lines[first_line:]))

        self._wait(lambda: is_up() or self._has_ended(), 'the server did not start')
        if not is_up():
            raise RuntimeError(f'The server did not start:\n{self.output}')

    def command(self) -> list[str]:
        """Return what comes after `python -m app`."""
        return ['--port', self.port, '--data-dir', str(self._folder / 'data'), *self._options]

    def take_addresses(self, printed: str) -> bool:
        """Note where it says that it can be reached; say whether it has said all of it."""
        match = _ADDRESS.search(printed)
        self.url = match[1] if match else self.url
        return match is not None

    def stop(self) -> None:
        """End it as Ctrl+C would."""
        if self._process:
            self._process.terminate()
            self.wait_for_end()

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no last word."""
        assert self._process
        self._process.kill()
        self.wait_for_end()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return not self._has_ended()

    def wait_for_end(self) -> None:
        """Wait until the process is gone, as after a `die` that was ordered."""
        assert self._process
        self._process.wait(STOP_TIMEOUT_SECONDS)
        for reader in self._readers:
            reader.join(STOP_TIMEOUT_SECONDS)

    def address_of(self, operation: str) -> str:
        """Return where pages of this server send `login`, `refresh` and `logout`."""
        return (OVER_GRAPHQL if 'graphql' in self._options else OVER_REST)[operation]

    @property
    def own_headers(self) -> dict[str, str]:
        """What a page of this server sends along with JSON."""
        return {
            'Content-Type': 'application/json',
            'Origin': self.url,
            CLIENT_HEADER: 'tests',
        }

    def order(self, path: str, fault: str, **more: object) -> None:
        """Order a fault for the next request to `path` (see `app/faults.py`); needs `--faults`.

        Whatever was ordered before is dropped.
        """
        self._put('/faults', [{'path': path, 'fault': fault, **more}])

    def order_nothing(self) -> None:
        """Drop whatever was ordered."""
        self._put('/faults', [])

    @contextmanager
    def clock_ahead(self, seconds: float) -> Iterator[None]:
        """Set the server's clock ahead of the real one, and back again; needs `--faults`."""
        self._put('/faults/clock', {'ahead_seconds': seconds})
        try:
            yield
        finally:
            self._put('/faults/clock', {'ahead_seconds': 0})

    def _put(self, path: str, order: object) -> None:
        request = urllib.request.Request(
            self.api_url + path,
            data=json.dumps(order).encode(),
            headers=self.own_headers,
            method='PUT',
        )
        urllib.request.urlopen(request).close()

    def _has_ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    def _read(self, process: program.Running, output: IO[str] | None) -> None:
        assert output
        with output:
            for line in output:
                with self._changed:
                    self._lines.append(line.rstrip('\n'))
                    self._audit_log.take(line)
                    self._changed.notify_all()
        process.wait(STOP_TIMEOUT_SECONDS)
        with self._changed:
            self._changed.notify_all()

    def _wait(
        self, condition: Callable[[], bool], failure: str, seconds: float = START_TIMEOUT_SECONDS
    ) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, seconds):
                raise TimeoutError(f'{failure}:\n{self.output}')


@contextmanager
def running_server(folder: Path, *options: str) -> Iterator[Server]:
    """Start `python -m app` on a free port with its data in `folder`; stop it at the end."""
    server = Server(folder, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def taking_orders(server: Server) -> Iterator[Server]:
    """Lend a server that many tests use: it lives and fails nobody when one test is through."""
    yield server
    if not server.is_running:
        server.start()
    server.order_nothing()


def scrubbed_environment(folder: Path) -> dict[str, str]:
    """Return only what any process needs: no setting of the person who runs the tests leaks in."""
    kept = {name: os.environ[name] for name in ('PATH', 'SYSTEMROOT', 'TEMP') if name in os.environ}
    return kept | {
        'HOME': str(folder),
        'NICEGUI_STORAGE_PATH': str(folder / 'nicegui'),
        'APP_REGISTRATIONS_PER_HOUR': str(REGISTRATIONS_PER_HOUR),
    }
