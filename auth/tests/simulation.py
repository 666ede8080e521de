"""Simulated traffic against the real session rules: days of tabs, lost answers, crashes, thieves.

    python -m auth.tests.simulation                  1,500 sessions in each setting (about 20 minutes)
    python -m auth.tests.simulation --sessions 50    fewer

An 8-hour session: a burst of activity about every ten minutes, in which every tab refreshes within
seconds and, three times in ten, a page is rendered on the server with the same cookie. Between bursts
the API is called now and then. Latencies are lognormal, so answers overtake one another; a lost answer
is asked for again; a crash puts back the cookie of 30 s ago. Nobody has locks. A stress model, no
production rates. Only the clock and the disk's synchronisation are not real.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import itertools
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Row, event

from auth import (
    CHEAPEST_ARGON2ID,
    AuthSettings,
    Caller,
    Identity,
    SessionLimits,
    load_or_create_keys,
)
from auth.backend import AuthBackend, build_backend
from auth.errors import InvalidRefreshToken, SessionEnded

from .clock import START, Clock

HOURS_SECONDS = 8 * 3600
BURST_SECONDS = 4  # within which every tab refreshes
SERVER_RENDERED_SHARE = 0.3
QUIET_CALL_SHARE = 0.5  # of the pauses between bursts in which the API is called
LOST_ANSWER_RETRY_SECONDS = (2, 10, 45, 600)
CRASH_FORGETS_SECONDS = 30
MAX_LATENCY_SECONDS = 25
GAPS = [(600, 80), (900, 14), (3600, 6)]  # seconds, weight
CHUNK_SESSIONS = 25


@dataclass(frozen=True)
class Setting:
    """How hostile the network and the browser are; shares are of answers and of bursts."""

    name: str
    tabs: int = 3
    lost: float = 0
    crashes: float = 0


SETTINGS = [
    Setting('nothing lost'),
    Setting('1 % lost', lost=0.01),
    Setting('5 % lost', lost=0.05),
    Setting('1 % lost, 1 % crashes', lost=0.01, crashes=0.01),
    Setting('6 tabs, 5 % lost, 5 % crashes', tabs=6, lost=0.05, crashes=0.05),
]
# How long after copying the cookie each thief uses it for the first time; `None`: in lock-step.
THIEVES = {
    'at once': 0.0,
    'in lock-step': None,
    '5 minutes later': 300.0,
    '12 minutes later': 720.0,
    '2 hours later': 7200.0,
}


@dataclass(frozen=True)
class Server:
    """The real backend, its clock, and a user whose password has been verified."""

    backend: AuthBackend
    clock: Clock
    user: Row[Any]

    def sign_in(self) -> str:
        """Start a session; return its refresh token."""
        issued = self.backend.login.sign_in(
            self.user, None, Caller(None, '', ''), stay_signed_in=True
        )
        assert issued
        return issued.refresh_token


@contextmanager
def _quietly() -> Iterator[None]:
    """Log none of the many events, and all of those that come after."""
    log = logging.getLogger('auth.audit')
    log.disabled = True
    yield
    log.disabled = False


@contextmanager
def server(limits: SessionLimits) -> Iterator[Server]:
    """Build the backend on a SQLite file that does not wait for the disk."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder, _quietly():
        settings = AuthSettings(
            database_url=f'sqlite:///{folder}/auth.sqlite',
            keys=load_or_create_keys(Path(folder)),
            issuer='https://testserver',
            cookie_name='refresh',
            argon2=CHEAPEST_ARGON2ID,
            limits=limits,
            clock=clock,
        )
        backend = build_backend(settings)
        event.listen(
            backend.database._engine,
            'checkout',
            lambda connection, *_: connection.execute('PRAGMA synchronous = OFF'),
        )
        email, password = 'ada@example.com', 'a phrase for simulations'
        asyncio.run(backend.registration.create('Ada', email, password))
        user = backend.login.find(email)
        assert user
        yield Server(backend, clock, user)
        backend.close()


class Simulation:
    """One session from sign-in to evening, or to its end."""

    def __init__(self, server: Server, setting: Setting, random: Random) -> None:
        self._server = server
        self._setting = setting
        self._random = random
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._browser_life = 0  # counts crashes: answers for an earlier life find nobody
        self._jar = [(0.0, '')]  # what the cookie jar held since when
        self.now = 0.0
        self.exchanged_at = 0.0
        self.ended: str | None = None  # why an honest request was refused
        self.ended_at = 0.0
        self.outcomes: Counter[str] = Counter()
        self.on_rotation: Callable[[], None] = lambda: None

    @property
    def jar(self) -> str:
        """What the cookie jar holds now."""
        return self._jar[-1][1]

    def run(self) -> None:
        """Live through the day."""
        self._server.clock.now = START
        self._jar = [(0.0, self._server.sign_in())]
        self.at(self._random.uniform(0, 600), self._burst)
        while self._events and self.ended is None:
            self.now, _, action = heapq.heappop(self._events)
            self._server.clock.now = START + self.now
            action()

    def at(self, moment: float, action: Callable[[], None]) -> None:
        """Do something later, unless the day is over by then."""
        if moment < HOURS_SECONDS:
            heapq.heappush(self._events, (moment, next(self._order), action))

    def soon(self, action: Callable[[], None]) -> None:
        """Do something within a burst."""
        self.at(self.now + self._random.uniform(0, BURST_SECONDS), action)

    def later(self, action: Callable[[], None]) -> None:
        """Do something one network latency later."""
        latency = self._random.lognormvariate(-2.2, 0.9)
        self.at(self.now + min(latency, MAX_LATENCY_SECONDS), action)

    def exchange(self, token: str) -> str:
        """Refresh at the server now; return the answer's token. Raises what the rules raise."""
        refreshed = self._server.backend.rotation.refresh(token)
        self.outcomes[refreshed.outcome] += 1
        self.exchanged_at = self.now
        return refreshed.refresh_token

    def show(self, token: str) -> None:
        """Call the API now, with this cookie in the request."""
        session_id = token.split('.')[1]
        identity: Identity = self._server.backend.sessions.require_living(session_id, token)
        assert identity.session_id == session_id

    def _burst(self) -> None:
        """Come back to work: all tabs, sometimes a server-rendered page, sometimes a crash."""
        for _ in range(self._setting.tabs):
            self.soon(self._send_refresh)
        if self._random.random() < SERVER_RENDERED_SHARE:
            self.soon(self._send_refresh)
        if self._random.random() < self._setting.crashes:
            self.soon(self._crash)
        seconds, weights = zip(*GAPS, strict=True)
        gap = self._random.choices(seconds, weights)[0] * self._random.uniform(0.97, 1.03)
        if self._random.random() < QUIET_CALL_SHARE:
            self.at(self.now + self._random.uniform(0, gap), self._call_api)
        self.at(self.now + gap, self._burst)

    def _crash(self) -> None:
        """Start the browser again with the cookies it had saved; each tab refreshes on load."""
        self._browser_life += 1
        saved_at = self.now - CRASH_FORGETS_SECONDS
        saved = next(token for since, token in reversed(self._jar) if since <= max(saved_at, 0))
        self._jar.append((self.now, saved))
        for _ in range(self._setting.tabs):
            self.soon(self._send_refresh)

    def _call_api(self) -> None:
        """Call the API; its cookie shows what the browser has stored."""
        token = self.jar
        self.later(lambda: self._honestly(lambda: self.show(token)))

    def _send_refresh(self) -> None:
        """Send what the jar holds now; it is served one latency later."""
        token, life = self.jar, self._browser_life
        self.later(lambda: self._serve(token, life))

    def _serve(self, token: str, life: int) -> None:
        answers: list[str] = []
        self._honestly(lambda: answers.append(self.exchange(token)))
        self.on_rotation()
        if not answers:
            return
        if self._random.random() < self._setting.lost:
            wait = self._random.choice(LOST_ANSWER_RETRY_SECONDS)
            self.at(self.now + wait, self._send_refresh)
        else:
            self.later(lambda: self._store(answers[0], life))

    def _store(self, token: str, life: int) -> None:
        if life == self._browser_life:
            self._jar.append((self.now, token))

    def _honestly(self, call: Callable[[], None]) -> None:
        """Make a call for the owner, who must not be refused."""
        try:
            call()
        except SessionEnded as error:
            self.ended, self.ended_at = error.reason, self.now
        except InvalidRefreshToken:
            self.ended, self.ended_at = 'invalid', self.now


class Gains(NamedTuple):
    """How many thieves got how many refreshes."""

    alone: Counter[int]
    beside_the_owner: Counter[int]


class Thief:
    """Copies the jar once, in a quiet moment, and uses it until he is refused.

    Not within seconds of a rotation: as long as the server forgives the owner's own tabs, it forgives
    a copy too (the limit that docs/sessions.md states).
    """

    EVERY_SECONDS = 600
    STEP_BEHIND_SECONDS = 60
    QUIET_SECONDS = 60

    def __init__(self, simulation: Simulation, waits_seconds: float | None, random: Random) -> None:
        self._simulation = simulation
        self._waits_seconds = waits_seconds
        self._token = ''
        self._has_a_turn = False
        self.refreshes = 0
        self.is_out_at: float | None = None
        # Whether the owner came while the server still forgave the theft, as it forgives two tabs.
        self.met_the_owner = False
        self._came_at = 0.0
        simulation.at(random.uniform(3600, 2 * 3600), self._copy)

    def _copy(self) -> None:
        quiet_at = self._simulation.exchanged_at + self.QUIET_SECONDS
        if self._simulation.now < quiet_at:
            self._simulation.at(quiet_at, self._copy)
            return
        self._token = self._simulation.jar
        if self._waits_seconds is None:
            self._came_at = self._simulation.now
            self._use()
            self._simulation.on_rotation = self._follow
        else:
            self._simulation.at(self._simulation.now + self._waits_seconds, self._use_regularly)

    def _follow(self) -> None:
        """In lock-step: refresh soon after the owner has, once for each burst."""
        self.met_the_owner |= (
            self._simulation.now - self._came_at <= SessionLimits().overlap_seconds
        )
        if not self._has_a_turn:
            self._has_a_turn = True
            self._simulation.at(self._simulation.now + self.STEP_BEHIND_SECONDS, self._step)

    def _step(self) -> None:
        self._has_a_turn = False
        self._use()

    def _use_regularly(self) -> None:
        self._use()
        self._simulation.at(self._simulation.now + self.EVERY_SECONDS, self._use_regularly)

    def _use(self) -> None:
        if self.is_out_at is not None:
            return
        try:
            self._token = self._simulation.exchange(self._token)
        except (SessionEnded, InvalidRefreshToken):
            self.is_out_at = self._simulation.now
        else:
            self.refreshes += 1


def count_sign_outs(
    setting: Setting, seeds: range, limits: SessionLimits
) -> tuple[int, Counter[str]]:
    """Simulate one session for each seed; return how many honest owners were signed out."""
    signed_out, outcomes = 0, Counter[str]()
    with server(limits) as running:
        for seed in seeds:
            simulation = Simulation(running, setting, Random(f'{setting.name} {seed}'))
            simulation.run()
            signed_out += simulation.ended is not None
            outcomes += simulation.outcomes
    return signed_out, outcomes


def rob(kind: str, seeds: range, limits: SessionLimits) -> Gains:
    """Simulate one robbed session for each seed; count them by the refreshes the thief got.

    A thief who was neither refused nor noticed by the evening counts as -1. Those who met the owner
    are counted apart.
    """
    gains = Gains(Counter(), Counter())
    with server(limits) as running:
        for seed in seeds:
            random = Random(f'{kind} {seed}')
            simulation = Simulation(running, SETTINGS[0], random)
            thief = Thief(simulation, THIEVES[kind], random)
            simulation.run()
            is_over = simulation.ended is not None or thief.is_out_at is not None
            counts = gains.beside_the_owner if thief.met_the_owner else gains.alone
            counts[thief.refreshes if is_over else -1] += 1
    return gains


def main() -> int:
    """Run the command line; return 0 if nobody honest was signed out and no lock-step thief lived."""
    parser = argparse.ArgumentParser(prog='python -m auth.tests.simulation', description=__doc__)
    parser.add_argument('--sessions', type=int, default=1500, help='in each setting')
    parser.add_argument('--thieves', type=int, default=100, help='of each kind')
    parser.add_argument('--jobs', type=int, default=2, help='processes')
    parser.add_argument('--strict', action='store_true', help='without the rules that forgive')
    arguments = parser.parse_args()
    limits = strict() if arguments.strict else SessionLimits()
    with ProcessPoolExecutor(arguments.jobs) as pool:
        honest = [
            _simulate_owners(pool, setting, arguments.sessions, limits) for setting in SETTINGS
        ]
        stopped = [_simulate_thieves(pool, kind, arguments.thieves, limits) for kind in THIEVES]
    return 0 if all(honest) and all(stopped) else 1


def _simulate_owners(pool: Executor, setting: Setting, total: int, limits: SessionLimits) -> bool:
    """Print a row; say whether nobody was signed out."""
    if setting is SETTINGS[0]:
        _print_row(
            'setting', 'sessions', 'refreshes', 'overlapped', 'recovered', 'honest sign-outs'
        )
        _print_row(*['---'] * 6)
    parts = _chunks(total)
    done = list(pool.map(count_sign_outs, [setting] * len(parts), parts, [limits] * len(parts)))
    signed_out = sum(count for count, _ in done)
    outcomes = sum((outcomes for _, outcomes in done), Counter[str]())
    forgiven = outcomes['overlapped'], outcomes['recovered']
    _print_row(setting.name, total, outcomes.total(), *forgiven, signed_out)
    return signed_out == 0


def _simulate_thieves(pool: Executor, kind: str, total: int, limits: SessionLimits) -> bool:
    """Print a row; say whether all were stopped, and those in lock-step after one refresh."""
    if kind == next(iter(THIEVES)):
        _print_row('thief', 'sessions robbed', 'refreshes he got: fewest, most', 'never stopped')
        _print_row(*['---'] * 4)
    parts = _chunks(total)
    found = list(pool.map(rob, [kind] * len(parts), parts, [limits] * len(parts)))
    alone = sum((gains.alone for gains in found), Counter[int]())
    beside = sum((gains.beside_the_owner for gains in found), Counter[int]())
    for name, gains in ((kind, alone), (f'{kind}, owner there within 30 s', beside)):
        if gains:
            _print_row(name, gains.total(), f'{min(gains)}, {max(gains)}', gains[-1])
    return (alone + beside)[-1] == 0 and (kind != 'in lock-step' or max(alone) == 1)


def strict() -> SessionLimits:
    """Return limits under which any used token is a replay: what most systems do."""
    return replace(SessionLimits(), overlap_seconds=-1)


def _chunks(total: int) -> list[range]:
    return [range(at, min(at + CHUNK_SESSIONS, total)) for at in range(0, total, CHUNK_SESSIONS)]


def _print_row(*cells: object) -> None:
    print('| ' + ' | '.join(map(str, cells)) + ' |', flush=True)


if __name__ == '__main__':
    sys.exit(main())
