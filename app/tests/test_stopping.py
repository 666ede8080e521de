"""The server ends when it is told to, whatever its callers are doing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from app.processes import STOP_TIMEOUT_SECONDS

from .program import environment, start
from .test_start_up import address

PATIENCE_SECONDS = 10


def test_half_a_request_keeps_no_server_alive(tmp_path: Path) -> None:
    """A sender who never finishes is waited for, but not for ever: `demo` would kill it by then."""
    place = ['--port', '0', '--data-dir', str(tmp_path / 'data')]
    running = start(place, environment(tmp_path))
    assert running.stdout
    assert running.stderr
    with running.stdout as stdout, running.stderr:
        url = address([next(line for line in stdout if 'running at' in line)])
        try:
            with half_a_request(url):
                running.terminate()

                assert running.wait(STOP_TIMEOUT_SECONDS) is not None
        finally:
            running.kill()


@contextmanager
def half_a_request(url: str) -> Iterator[None]:
    """Begin to sign in, and stop when the server has begun to wait for the rest."""
    parts = urlsplit(url)
    head = [
        'POST /auth/login HTTP/1.1',
        f'Host: {parts.netloc}',
        f'Origin: {url}',
        'X-Requested-With: a test',
        'Content-Type: application/json',
        'Content-Length: 100',
        'Expect: 100-continue',
    ]
    with socket.create_connection((parts.hostname, parts.port), PATIENCE_SECONDS) as half:
        half.sendall('\r\n'.join([*head, '', '{"email": ']).encode())
        assert half.recv(100).startswith(b'HTTP/1.1 100 ')
        yield
