"""Counts attempts over windows that move, and holds a place for each one under way.

The only module that imports `limits`. What is counted, and by what, is in `throttle.py`.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from .. import audit
from ..errors import TooManyAttempts

MAX_WINDOW_SECONDS = 3600
MANY_KEYS = 10_000
# Two servers' clocks, or one that is corrected, differ by less.
SET_BACK_SECONDS = 60


@dataclass(frozen=True)
class Count:
    """So many attempts of one kind, in so many minutes, by one account or address."""

    kind: str
    most: int
    minutes: int
    whose: str

    @property
    def limit(self) -> RateLimitItemPerMinute:
        """The same, as `limits` puts it."""
        return RateLimitItemPerMinute(self.most, self.minutes, self.kind)


class AttemptCounts:
    """Lives in the memory of this process, by the machine's clock: `limits` takes no other."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._window = MovingWindowRateLimiter(self._storage)
        self._lock = threading.Lock()
        self._under_way: Counter[Count] = Counter()
        self._sweep_at = MANY_KEYS
        self._latest = time.time()

    @contextmanager
    def attempt(self, action: str, *counts: Count) -> Iterator[None]:
        """Hold a place in each count until it is known how the attempt ends.

        So of a hundred guesses at one instant no more begin than of a hundred in a row. Raises
        `TooManyAttempts`.
        """
        with self._lock:
            for count in counts:
                if not self.has_room(count, self._under_way[count]):
                    self.refuse(action, count)
            self._under_way.update(counts)
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= Counter(counts)  # keeps no zeros

    def has_room(self, count: Count, taken: int = 0) -> bool:
        """Say whether one more would fit in besides those that are taken."""
        self._forget_the_future()
        return self._window.test(count.limit, count.whose, cost=taken + 1)

    def refuse(self, action: str, count: Count) -> NoReturn:
        """Record it and raise `TooManyAttempts`."""
        seconds = 1  # if places are only held: they will be free when those attempts are over
        if not self.has_room(count):
            free_at = self._window.get_window_stats(count.limit, count.whose).reset_time
            seconds = max(1, math.floor(free_at - time.time()) + 1)
        audit.record(f'{action}_throttled', limit=count.kind, retry_after_seconds=seconds)
        raise TooManyAttempts(seconds)

    def add(self, *counts: Count) -> None:
        """Count an attempt."""
        for count in counts:
            self._window.hit(count.limit, count.whose)
        if len(self._storage.events) >= self._sweep_at:
            self._sweep()

    def clear(self, count: Count) -> None:
        """Begin at zero again."""
        self._forget(count.limit.key_for(count.whose))

    def _forget_the_future(self) -> None:
        """Start over if the clock was set back, or every count would last that much longer."""
        now = time.time()
        if now < self._latest - SET_BACK_SECONDS:
            self._storage.reset()
        self._latest = now

    def _sweep(self) -> None:
        """Forget whose windows have passed: `limits` 5.8 keeps an empty list for each, for ever."""
        for key in list(self._storage.events):
            if self._storage.get_moving_window(key, 0, MAX_WINDOW_SECONDS)[1] == 0:
                self._forget(key)
        self._sweep_at = max(MANY_KEYS, 2 * len(self._storage.events))

    def _forget(self, key: str) -> None:
        with self._storage.locks[key]:  # the storage tidies up in a thread of its own
            self._storage.clear(key)
