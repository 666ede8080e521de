"""How many passwords are hashed at once, how many may wait, and what the next one is told."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from auth import AttemptLimits, AuthBackend, ServiceBusy
from auth.passwords.hash_threads import MAX_WAITING, HashThreads, usable_cores

from .browser import Account, Browser
from .watch_argon2 import watch_argon2

pytestmark = pytest.mark.databases('sqlite')
PATIENCE_SECONDS = 10
NEW_PASSWORD = 'nine purple herons over Ghent'
A_CLASS = 40
BENCHMARK_CLIENTS = 32


@pytest.mark.skipif(sys.platform != 'linux', reason='only there a process may be denied cores')
@pytest.mark.parametrize(
    ('quota', 'cores'),
    [
        ('max 100000\n', 8),
        ('400000 100000\n', 4),
        ('150000 100000\n', 1),
        ('50000 100000\n', 1),
        ('6400000 100000\n', 8),
        ('', 8),
        (None, 8),
    ],
)
def test_container_hashes_on_its_own_cores_only(
    quota: str | None, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that a small container on a big machine does not hash on as many cores as that has."""
    monkeypatch.setattr(os, 'sched_getaffinity', lambda pid: set(range(8)))
    monkeypatch.setattr(os, 'cpu_count', lambda: 64)
    cpu_max = tmp_path / 'cpu.max'
    if quota is not None:
        cpu_max.write_text(quota, encoding='ascii')

    assert usable_cores(cpu_max) == cores


def test_hashing_takes_no_more_than_a_few_seconds_of_work() -> None:
    """Shows that one more than may wait is refused at once, and that all others are served."""
    at_most = usable_cores() * (1 + MAX_WAITING)
    free = threading.Event()

    async def rush() -> list[object]:
        threads = HashThreads()
        waiting = [asyncio.ensure_future(threads.run(_wait_for, free)) for _ in range(at_most)]
        await asyncio.sleep(0)  # each takes its place
        with pytest.raises(ServiceBusy):
            await asyncio.wait_for(threads.run(_wait_for, free), PATIENCE_SECONDS)
        free.set()
        served = await asyncio.gather(*waiting)
        served.append(await threads.run(_wait_for, free))
        threads.close()
        return list(served)

    assert asyncio.run(rush()) == [True] * (at_most + 1)


def test_many_may_wait_on_one_core() -> None:
    """Shows that one address alone, by its limits, cannot take all places; a class takes few."""
    limits = AttemptLimits()

    assert limits.failures_per_address < MAX_WAITING
    assert max(A_CLASS, BENCHMARK_CLIENTS) < MAX_WAITING


def test_busy_server_knows_no_accounts(
    *,
    signed_in: Browser,
    phone: Browser,
    ada: Account,
    grace: Account,
    backend: AuthBackend,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that a refused sign-in costs no hash, tells nothing, and says when to come back."""
    threads = watch_argon2(monkeypatch, 'hash_secret', 'verify_secret')

    with all_places_taken(backend):
        known, unknown, new = phone.log_in(ada), phone.log_in(grace), phone.register(grace)

    for answer in (known, unknown, new):
        assert answer.status_code == 503
        assert answer.json()['code'] == 'retry'
        assert answer.json()['title'] == 'The service is busy. Please try again.'
        assert answer.headers['Retry-After'] == '1'
        assert answer.headers == known.headers
    assert threads == []


def test_busy_server_counts_no_attempt(
    signed_in: Browser, phone: Browser, ada: Account, backend: AuthBackend
) -> None:
    """Shows that who was refused so, however often, is not throttled, and may have been right."""
    tries = range(backend.throttle.limits.failures_per_account + 1)
    with all_places_taken(backend):
        assert {phone.log_in(ada).status_code for _ in tries} == {503}
        changes = [signed_in.change_password(ada.password, NEW_PASSWORD) for _ in tries]
        assert {signed_in.delete_account(ada.password).status_code for _ in tries} == {503}

    assert {change.status_code for change in changes} == {503}
    assert phone.log_in(ada).status_code == 200
    assert signed_in.delete_account(ada.password).status_code == 204


def _wait_for(event: threading.Event) -> bool:
    return event.wait(PATIENCE_SECONDS)


@contextmanager
def all_places_taken(backend: AuthBackend) -> Iterator[None]:
    """Let as many hashes wait as may."""
    places, taken = backend.passwords._threads._places, 0
    while places.acquire(blocking=False):
        taken += 1
    yield
    for _ in range(taken):
        places.release()
