"""The program under test, as a process of its own: own port, own data folder, own environment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_TIMEOUT_SECONDS = 60
STOP_TIMEOUT_SECONDS = 20
_ADDRESS = re.compile(r'running at (http://\S+)')


class Server:
    """A running server and everything it has printed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.url = self._wait_for_address()

    @property
    def output(self) -> str:
        """Everything printed and logged so far."""
        with self._changed:
            return '\n'.join(self._lines)

    def count(self, event: str) -> int:
        """Say how often an audit event, as in `refresh_rotated`, has been recorded so far."""
        return len(re.findall(rf'auth\.audit: {event}\b', self.output))

    def wait_for(self, event: str, times: int = 1) -> None:
        """Wait until an audit event has been recorded so many times. Raises `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(
                lambda: self.count(event) >= times, START_TIMEOUT_SECONDS
            ):
                raise TimeoutError(f'{event} was not recorded {times} times.')

    def stop(self) -> None:
        """End it as Ctrl+C would."""
        self._process.terminate()
        self._process.wait(STOP_TIMEOUT_SECONDS)
        self._reader.join(STOP_TIMEOUT_SECONDS)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            with self._changed:
                self._lines.append(line.rstrip('\n'))
                self._changed.notify_all()

    def _wait_for_address(self) -> str:
        with self._changed:
            self._changed.wait_for(
                lambda: _ADDRESS.search(self.output) or self._process.poll() is not None,
                START_TIMEOUT_SECONDS,
            )
        match = _ADDRESS.search(self.output)
        if match is None:
            raise RuntimeError(f'The server did not start:\n{self.output}')
        return match[1]


@contextmanager
def running_server(folder: Path, *options: str) -> Iterator[Server]:
    """Start `python -m app` on a free port with its data in `folder`; stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, '-m', 'app', '--port', '0', '--data-dir', str(folder / 'data'), *options],
        cwd=ROOT,
        env=scrubbed_environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    server = Server(process)
    try:
        yield server
    finally:
        server.stop()


def scrubbed_environment(folder: Path) -> dict[str, str]:
    """Return only what any process needs: no setting of the person who runs the tests leaks in."""
    kept = {name: os.environ[name] for name in ('PATH', 'SYSTEMROOT', 'TEMP') if name in os.environ}
    return kept | {'HOME': str(folder), 'NICEGUI_STORAGE_PATH': str(folder / 'nicegui')}
