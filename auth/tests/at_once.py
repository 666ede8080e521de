"""Threads that start together: the races of these tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier as ProcessBarrier
from typing import TypeVar

T = TypeVar('T')
PATIENCE_SECONDS = 60


def at_once(
    *calls: Callable[[], T], barrier: threading.Barrier | ProcessBarrier | None = None
) -> list[T]:
    """Run all calls in threads of their own, released by one barrier; return what they return.

    A barrier that is given may await more threads than these, of another process.
    """
    start = barrier or threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        start.wait(PATIENCE_SECONDS)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
