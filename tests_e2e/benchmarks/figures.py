"""Which figures are measured, what limits each of them, and what they should reach."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from argon2 import PasswordHasher

from auth import OWASP_ARGON2ID

from .browser import Browser, register_all
from .databases import bare_commits
from .report import MAX_CALL_MS, MIN_LOGINS, MIN_REFRESHES, Aim, Figure
from .samples import Sample, in_tasks, in_threads

ONE, MANY = 1, 32
CORES = os.cpu_count() or 1
VISITOR_PAUSE_SECONDS = 0.05  # without one it would take from the machine what it is to watch
MACHINE = 'This machine'

Call = Callable[[Browser], Awaitable[None]]


@dataclass(frozen=True)
class Probe:
    """Takes a slice of a figure, or of several at the same time."""

    figures: Sequence[Figure]
    take: Callable[[float], Sequence[Sample]]


class Figures:
    """All probes and aims; each server that is added is compared with the floors added before."""

    def __init__(self, bare_url: str) -> None:
        self.probes: list[Probe] = []
        self.aims: list[Aim] = []
        label = f'argon2id, {OWASP_ARGON2ID.memory_kib >> 10} MiB, {OWASP_ARGON2ID.passes} passes'
        self._hashes = {
            threads: self._add(Figure(MACHINE, label, threads), partial(_hashes, threads))
            for threads in (ONE, CORES)
        }
        bare = [Browser(bare_url) for _ in range(MANY)]
        self._routes = {
            clients: self._add_calls(
                Figure(MACHINE, 'bare FastAPI route', clients), bare, Browser.call_bare_route
            )
            for clients in (ONE, MANY)
        }

    @property
    def all(self) -> list[Figure]:
        """Every figure, in the order of the table."""
        return [figure for probe in self.probes for figure in probe.figures]

    def add_server(self, kind: str, url: str, empty_database_url: str) -> None:
        """Measure the program that runs at `url` on this kind of database."""
        browsers = asyncio.run(register_all(url, MANY))
        # SQLite lets one write at a time; more who try would only get in each other's way.
        commits = {
            writers: self._add(
                Figure(kind, 'bare commits', writers),
                partial(bare_commits, empty_database_url, writers),
            )
            for writers in ((ONE,) if kind == 'SQLite' else (ONE, MANY))
        }
        for clients in (ONE, MANY):
            routes = self._routes[clients]
            floors = {'commits': commits.get(clients, commits[ONE]), 'routes': routes}
            refresh = Figure(kind, 'POST /auth/refresh', clients, floors)
            self._add_calls(refresh, browsers, Browser.refresh)
            self.aims.append(Aim(refresh, least_share=MIN_REFRESHES))
            api = Figure(kind, 'GET /api/me', clients, {'routes': routes})
            self._add_calls(api, browsers, Browser.call_api)
        self._add_logins(kind, browsers)

    def _add_logins(self, kind: str, browsers: list[Browser]) -> None:
        one = Figure(kind, 'POST /auth/login', ONE, {'hashes': self._hashes[ONE]})
        self._add_calls(one, browsers, Browser.log_in)
        logins = Figure(kind, 'POST /auth/login', MANY, {'hashes': self._hashes[CORES]})
        calls = Figure(kind, '  GET /api/me meanwhile', ONE)
        visitor = asyncio.run(register_all(browsers[0].url, 1))
        self.probes.append(Probe([logins, calls], partial(_flood, browsers, visitor[0])))
        self.aims.append(Aim(logins, least_share=MIN_LOGINS))
        self.aims.append(Aim(calls, most_ms=MAX_CALL_MS))

    def _add(self, figure: Figure, take: Callable[[float], Sample]) -> Figure:
        self.probes.append(Probe([figure], lambda seconds: [take(seconds)]))
        return figure

    def _add_calls(self, figure: Figure, browsers: list[Browser], call: Call) -> Figure:
        some = browsers[: figure.at_once]
        return self._add(figure, lambda seconds: asyncio.run(_calls(some, call, seconds)))


def _hashes(threads: int, seconds: float) -> Sample:
    """Hash on as many threads, as the product hashes passwords."""
    hasher = PasswordHasher(
        time_cost=OWASP_ARGON2ID.passes,
        memory_cost=OWASP_ARGON2ID.memory_kib,
        parallelism=OWASP_ARGON2ID.lanes,
    )
    return in_threads([partial(hasher.hash, 'a secret phrase of some length')] * threads, seconds)


async def _calls(
    browsers: Sequence[Browser], call: Call, seconds: float, pause_seconds: float = 0
) -> Sample:
    """Let browsers call at once, each one call after the other."""
    calls = [partial(call, browser) for browser in browsers]
    try:
        return await in_tasks(calls, seconds, pause_seconds)
    finally:
        for browser in browsers:
            browser.close()


def _flood(browsers: list[Browser], visitor: Browser, seconds: float) -> Sequence[Sample]:
    """Let everybody sign in at once, and one who is signed in call the API now and then meanwhile."""

    async def both() -> Sequence[Sample]:
        return await asyncio.gather(
            _calls(browsers, Browser.log_in, seconds),
            _calls([visitor], Browser.call_api, seconds, VISITOR_PAUSE_SECONDS),
        )

    return asyncio.run(both())
