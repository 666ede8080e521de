"""What was measured: how often something was done, in how long, and how long each time took."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter, process_time

MILLISECONDS = 1000


@dataclass
class Sample:
    """One thing, done again and again by one or many at once; later slices are added."""

    seconds: float = 0
    durations: list[float] = field(default_factory=list)
    own_cpu_seconds: float = 0  # what this process spent on it; others are under test

    @property
    def rate(self) -> float:
        """How often it was done in a second."""
        return len(self.durations) / self.seconds

    def percentile(self, percent: int) -> float:
        """Return in how many milliseconds that share of the times was over."""
        rank = math.ceil(len(self.durations) * percent / 100)
        return sorted(self.durations)[rank - 1] * MILLISECONDS

    def add(self, other: Sample) -> None:
        """Take a later slice in."""
        self.seconds += other.seconds
        self.durations += other.durations
        self.own_cpu_seconds += other.own_cpu_seconds


def in_threads(actions: Sequence[Callable[[], object]], seconds: float) -> Sample:
    """Do each action again and again in a thread of its own, until the time is over."""
    start = perf_counter()

    def repeat(action: Callable[[], object]) -> list[float]:
        times = [perf_counter()]
        while times[-1] < start + seconds:
            action()
            times.append(perf_counter())
        return _differences(times)

    with ThreadPoolExecutor(len(actions)) as threads:
        durations = [each for all_of_one in threads.map(repeat, actions) for each in all_of_one]
    return Sample(perf_counter() - start, durations)


async def in_tasks(
    actions: Sequence[Callable[[], Awaitable[object]]], seconds: float, pause_seconds: float = 0
) -> Sample:
    """Do each action again and again in a task of its own, until the time is over.

    A pause after each one makes a visitor out of a load; it counts for nothing.
    """
    start, cpu_start = perf_counter(), process_time()

    async def repeat(action: Callable[[], Awaitable[object]]) -> list[float]:
        durations = []
        while perf_counter() < start + seconds:
            begun_at = perf_counter()
            await action()
            durations.append(perf_counter() - begun_at)
            if pause_seconds:
                await asyncio.sleep(pause_seconds)
        return durations

    all_durations = await asyncio.gather(*map(repeat, actions))
    durations = [each for all_of_one in all_durations for each in all_of_one]
    return Sample(perf_counter() - start, durations, process_time() - cpu_start)


def _differences(times: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(times)]
