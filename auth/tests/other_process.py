"""A second server of the same sessions, in a process of its own: what it does there, and how."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Barrier
from pathlib import Path

from auth import AuthBackend, AuthSettings, IssuedSession, load_or_create_keys
from auth.backend import build_backend

from .at_once import at_once
from .browser import ORIGIN
from .clock import Clock

_shared: dict[str, Barrier] = {}  # what both processes have


@dataclass(frozen=True)
class Server:
    """What a server of certain sessions is made of, as another process can be told it."""

    database_url: str
    keys_folder: Path

    def start(self) -> AuthBackend:
        """Start it in this process; its clock stands at the moment where tests begin."""
        settings = AuthSettings(
            database_url=self.database_url,
            keys=load_or_create_keys(self.keys_folder),
            issuer=ORIGIN,
            cookie_name='refresh',
            clock=Clock(),
        )
        return build_backend(settings)


@contextmanager
def start_other_process(threads: int) -> Iterator[Executor]:
    """Give a process to call the functions below in; `threads` in both start together."""
    context = multiprocessing.get_context('spawn')
    barrier = context.Barrier(threads)
    _share(barrier)
    with ProcessPoolExecutor(1, context, _share, (barrier,)) as process:
        yield process


def _share(barrier: Barrier) -> None:
    _shared['barrier'] = barrier


def the_barrier() -> Barrier:
    """Return what the threads of both processes wait at."""
    return _shared['barrier']


def refresh(server: Server, token: str, callers: int, rounds: int) -> list[list[IssuedSession]]:
    """Refresh many times at one instant; again with the token that came of it; and so on."""
    backend = server.start()
    answers = []
    for _ in range(rounds):
        answers.append(
            at_once(*[partial(backend.rotation.refresh, token)] * callers, barrier=the_barrier())
        )
        token = answers[-1][0].refresh_token
    backend.close()
    return answers


def log_out(server: Server, token: str) -> None:
    """End a token's session at the instant at which the other process refreshes it."""
    backend = server.start()
    end = partial(backend.sessions.log_out, token, None)
    at_once(end, barrier=the_barrier())
    backend.close()
