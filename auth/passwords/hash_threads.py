"""Where passwords are hashed: in threads of their own, and no more of them at once than is good.

At most one per core that this process may use: each hash takes memory, and all of a core. They are
nice (measured: calls take half as long in a flood of logins). And only so many hashes may wait:
whoever has waited for seconds has gone, and would keep others waiting.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from .. import audit
from ..errors import ServiceBusy

T = TypeVar('T')
# By thread: four seconds' worth (measured: 20 ms each). What one network address may have hashed at
# one instant (`Throttle.hashing`) leaves room for others.
MAX_WAITING = 200
NICENESS = 5
# A container's share of the processor: microseconds of work in so many (cgroup v2).
CPU_MAX = Path('/sys/fs/cgroup/cpu.max')
be_nice = partial(os.nice, NICENESS) if sys.platform == 'linux' else None  # a thread's own there


class HashThreads:
    """Runs what takes a core for a while, off the event loop."""

    def __init__(self) -> None:
        threads = usable_cores()
        # Its threads come with the first work.
        self._new_executor = partial(ThreadPoolExecutor, threads, 'argon2', initializer=be_nice)
        self._executor = self._new_executor()
        self._places = threading.BoundedSemaphore(threads * (1 + MAX_WAITING))

    async def run(self, work: Callable[..., T], *args: object) -> T:
        """Return what `work` does. Raises `ServiceBusy` if too much waits already."""
        if not self._places.acquire(blocking=False):
            audit.record('hashing_refused')
            raise ServiceBusy
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work, *args)
        finally:
            self._places.release()

    def close(self) -> None:
        """Let the threads go. Others come if there is work again: an app may be served anew."""
        before, self._executor = self._executor, self._new_executor()
        before.shutdown(cancel_futures=True)


def usable_cores(cpu_max: Path = CPU_MAX) -> int:
    """Return how many whole cores are this process's: the machine's, but for what it is denied."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == 'linux' else os.cpu_count() or 1
    try:
        quota = re.match(r'(\d+) (\d+)', cpu_max.read_text(encoding='ascii'))
    except OSError:
        return cores
    return max(1, min(cores, int(quota[1]) // int(quota[2]))) if quota else cores
