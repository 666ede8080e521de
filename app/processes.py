"""Several servers as one command: started together, ended together. What they print goes through."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import NoReturn

from .settings import ENV_PREFIX, Settings

STOP_TIMEOUT_SECONDS = 10
_LOOK_INTERVAL_SECONDS = 1.0  # Windows delivers no Ctrl+C while a thread waits


@dataclass(frozen=True)
class Program:
    """`python -m app` with these options, in this environment."""

    options: Sequence[str]
    environment: Mapping[str, str]
    is_silent: bool = False  # apart from errors


def environment_of(settings: Settings, *, without: Collection[str]) -> dict[str, str]:
    """Return an environment that says what somebody has set, apart from some settings."""
    ours = settings.model_dump(mode='json', include=settings.model_fields_set - set(without))
    others = {name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX)}
    return others | {f'{ENV_PREFIX}{name.upper()}': _as_text(value) for name, value in ours.items()}


def _as_text(value: object) -> str:
    return ','.join(map(str, value)) if isinstance(value, list) else str(value)


def free_port(wanted: int = 0) -> int:
    """Return the port if nobody has it, otherwise one that is free."""
    try:
        with socket.create_server(('localhost', wanted)) as free:
            port: int = free.getsockname()[1]
            return port
    except OSError:
        return free_port()


def run_together(programs: Sequence[Program]) -> int:
    """Run until Ctrl+C, SIGTERM, or the end of one of them; return that one's exit code.

    A process that is killed itself (`kill -9`) cannot take the others along.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as running:
        try:
            return _first_to_end([running.enter_context(_running(each)) for each in programs])
        except KeyboardInterrupt:
            return 0


@contextmanager
def _running(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, '-m', 'app', *program.options]
    output = subprocess.DEVNULL if program.is_silent else None
    process = subprocess.Popen(command, env=program.environment, stdout=output)  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _first_to_end(processes: list[subprocess.Popen[bytes]]) -> int:
    ended: queue.Queue[int] = queue.Queue()
    for process in processes:
        threading.Thread(target=lambda one=process: ended.put(one.wait()), daemon=True).start()
    while True:
        try:
            return ended.get(timeout=_LOOK_INTERVAL_SECONDS)
        except queue.Empty:
            continue


def _interrupt(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: the others are being ended
    raise KeyboardInterrupt
