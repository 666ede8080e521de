"""`python -m app` as a process of its own, without the seconds of CPU time that importing takes.

It is forked from a process that has imported everything and done nothing. All else is as on a command
line: arguments, environment, output, signals, exit code; `kill -9` is one.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TextIO

from app.__main__ import main

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 60
STDOUT_FILENO, STDERR_FILENO = 1, 2
COMMANDS = ('serve', 'demo', 'two_origins', 'resource_server', 'rotate_keys', 'end_sessions')


def start(arguments: Sequence[str], environment: Mapping[str, str]) -> Running:
    """Start the program with this environment alone; where nothing can fork, by importing all."""
    if 'forkserver' in multiprocessing.get_all_start_methods():
        return Forked(arguments, environment)
    return subprocess.Popen(
        [sys.executable, '-m', 'app', *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program until it ends by itself."""
    running = start(options, environment(folder, **variables))
    assert running.stdout
    assert running.stderr
    with running.stdout as stdout, running.stderr as stderr:
        said, complained = stdout.read(), stderr.read()
    return subprocess.CompletedProcess(options, running.wait(TIMEOUT_SECONDS), said, complained)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return what any process needs, and no setting of whoever runs the tests."""
    return {'PATH': os.environ['PATH'], 'HOME': str(folder), **more}


class Forked:
    """Does what a `Popen` would do here; `stdout` and `stderr` are what the program says."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        forking = multiprocessing.get_context('forkserver')
        forking.set_forkserver_preload([*(f'app.{each}' for each in COMMANDS), 'psycopg', __name__])
        pipes = [forking.Pipe(duplex=False) for _ in range(2)]
        self.stdout, self.stderr = (_text_of(reader) for reader, _ in pipes)
        writers = [writer for _, writer in pipes]
        self._process = forking.Process(
            target=_become, args=(list(arguments), dict(environment), *writers), daemon=True
        )
        self._process.start()
        for writer in writers:
            writer.close()
        self._looking = threading.Lock()  # the exit code comes once; two who look would lose it

    def poll(self) -> int | None:
        """Return the exit code, below zero that of a signal; `None` while it runs."""
        with self._looking:
            return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Return the exit code once there is one. Raises `TimeoutExpired`."""
        wait([self._process.sentinel], timeout)
        exit_code = self.poll()
        if exit_code is None:
            raise subprocess.TimeoutExpired('app', timeout)
        return exit_code

    def terminate(self) -> None:
        """Ask it to end: SIGTERM."""
        self._process.terminate()

    def kill(self) -> None:
        """End it: SIGKILL."""
        self._process.kill()


def _text_of(reader: Connection) -> TextIO:
    with reader:
        return os.fdopen(os.dup(reader.fileno()), encoding='utf-8')


def _become(
    arguments: list[str], environment: dict[str, str], stdout: Connection, stderr: Connection
) -> None:
    """Be that program, in a process that was nothing yet."""
    for writer, number in ((stdout, STDOUT_FILENO), (stderr, STDERR_FILENO)):
        os.dup2(writer.fileno(), number)
        writer.close()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv[1:] = arguments
    main()


Running = subprocess.Popen[str] | Forked
