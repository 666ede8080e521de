"""Servers as processes of their own. What they log goes to a file, so that nobody spends time on it.

(`tests_e2e/program/server.py` reads every line, for tests that ask what was logged.)
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests_e2e.program.server import ROOT, STOP_TIMEOUT_SECONDS, scrubbed_environment

BYTES_PER_KIB = 1024


@dataclass(frozen=True)
class RunningServer:
    """Where a server is, as an address and as a process."""

    url: str
    process_id: int

    def resident_mib(self) -> float:
        """Return how much memory it has in use."""
        command = ['ps', '-o', 'rss=', '-p', str(self.process_id)]
        kib = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return int(kib) / BYTES_PER_KIB


@contextmanager
def serving(module: str, folder: Path, *options: str) -> Iterator[RunningServer]:
    """Run `python -m module` until the block ends. Raises `RuntimeError` if it does not start."""
    folder.mkdir()
    with (
        (folder / 'log').open('w+') as log,
        subprocess.Popen(
            [sys.executable, '-m', module, *options],
            cwd=ROOT,
            env=scrubbed_environment(folder),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield RunningServer(_address(process, log.name), process.pid)
        finally:
            process.terminate()
            process.wait(STOP_TIMEOUT_SECONDS)


def _address(process: subprocess.Popen[str], log: str) -> str:
    """Read what it prints up to its address."""
    assert process.stdout
    for line in process.stdout:
        if match := re.search(r'running at (http://\S+)', line):
            return match[1]
    raise RuntimeError(f'{process.args!r} did not start:\n{Path(log).read_text()}')
