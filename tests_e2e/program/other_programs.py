"""Programs beside the one under test: such as use its packages, or show how to."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PAUSE_SECONDS = 0.05  # or asking would take the time that the program needs to start


def free_port() -> str:
    """Return a port that nobody has taken."""
    with socket.create_server(('localhost', 0)) as free:
        return str(free.getsockname()[1])


@contextmanager
def running_program(
    arguments: Sequence[str], port: str, *, folder: Path, environment: Mapping[str, str]
) -> Iterator[str]:
    """Run `python` with arguments until the block ends; give the address once it answers."""
    url = f'http://localhost:{port}'
    program = subprocess.Popen([sys.executable, *arguments], cwd=folder, env=environment)
    try:
        _wait_for(url, program)
        yield url
    finally:
        program.terminate()
        program.wait()


def _wait_for(url: str, program: subprocess.Popen[bytes]) -> None:
    """Ask until somebody answers, whatever it is, for as long as the program runs."""
    while not _answers(url):
        assert program.poll() is None
        time.sleep(PAUSE_SECONDS)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url).close()
    except urllib.error.HTTPError as refused:
        refused.close()
    except OSError:
        return False
    return True
