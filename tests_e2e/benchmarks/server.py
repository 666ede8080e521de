"""`python -m tests_e2e.benchmarks.server`: how fast the server is, beside what this machine can do.

    ... --seconds 20     measure each figure for longer than 5 s (the run takes about 27 times that)
    ... --memory         see instead whether memory stays flat over 10,000 refreshes
    ... --memory 50000   the same over more

The server is the real program in a process of its own, on a database of its own; the load comes
from this process. Each figure is the sum of slices that alternate with those of all others, so that
whatever else runs on the machine spoils a figure and its floor alike. What counts is the ratio.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from auth.tests.postgres import LEFT_OUT

from .databases import empty_database, postgres
from .figures import MANY, Figures
from .memory import measure_memory
from .processes import serving
from .report import print_report

ROUNDS = 5


def main() -> int:
    """Run the command line; return 0 if it could measure, whatever it measured."""
    parser = argparse.ArgumentParser(
        prog='python -m tests_e2e.benchmarks.server',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--seconds', type=float, default=5, help='how long for each figure')
    parser.add_argument('--memory', type=int, nargs='?', const=10_000, metavar='REFRESHES')
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.memory:
            measure_memory(folder, arguments.memory, MANY)
        else:
            _measure_speed(folder, arguments.seconds)
    return 0


def _measure_speed(folder: Path, seconds: float) -> None:
    """Start everything, take the slices in turn, print the table."""
    with ExitStack() as running:
        _say('Starting the servers ...')
        bare = running.enter_context(
            serving('tests_e2e.benchmarks.floors', folder / 'bare', 'route')
        )
        figures = Figures(bare.url)
        _add_server(figures, 'SQLite', folder / 'sqlite', running)
        if running.enter_context(postgres()):
            _add_server(figures, 'PostgreSQL', folder / 'postgresql', running)
        else:
            _say(f'Left out: {LEFT_OUT}.')
        for number in range(1, ROUNDS + 1):
            _say(f'Round {number} of {ROUNDS}: {len(figures.all)} figures ...')
            for probe in figures.probes:
                for figure, sample in zip(probe.figures, probe.take(seconds / ROUNDS), strict=True):
                    figure.sample.add(sample)
    print_report(figures.all, figures.aims)


def _add_server(figures: Figures, kind: str, folder: Path, running: ExitStack) -> None:
    """Start the program on a database of this kind; it ends with `running`."""
    folder.mkdir()
    database_url, other_url = (
        running.enter_context(empty_database(kind, folder / name)) for name in ('own', 'floor')
    )
    options = ('--port=0', f'--data-dir={folder / "data"}', f'--database-url={database_url}')
    server = running.enter_context(serving('app', folder / 'process', *options))
    figures.add_server(kind, server.url, other_url)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == '__main__':
    sys.exit(main())
