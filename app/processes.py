"""Several servers as one command: started together, ended together. What they print goes through."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import NoReturn

STOP_TIMEOUT_SECONDS = 10
_LOOK_INTERVAL_SECONDS = 1.0  # Windows delivers no Ctrl+C while a thread waits


@dataclass(frozen=True)
class Command:
    """`python -m app` with these options, in this environment."""

    options: Sequence[str]
    environment: Mapping[str, str]


def run_together(commands: Sequence[Command]) -> int:
    """Run until Ctrl+C, SIGTERM, or the end of one of them; return that one's exit code.

    A process that is killed itself (`kill -9`) cannot take the others along.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    with ExitStack() as running:
        try:
            return _first_to_end([running.enter_context(_running(each)) for each in commands])
        except KeyboardInterrupt:
            return 0


@contextmanager
def _running(command: Command) -> Iterator[subprocess.Popen[bytes]]:
    program = [sys.executable, '-m', 'app', *command.options]
    process = subprocess.Popen(program, env=command.environment)  # noqa: S603 (it is ourselves)
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
    raise KeyboardInterrupt
