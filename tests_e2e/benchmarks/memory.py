"""Does the server's memory stay flat over very many refreshes?"""

from __future__ import annotations

import asyncio
from pathlib import Path

from .browser import Browser, register_all
from .processes import serving

MIB_THAT_MATTER = 10
STEPS = 10
WARM_UP_REFRESHES = 20_000  # threads, connections and their page caches are full by then


def measure_memory(folder: Path, refreshes: int, clients: int) -> bool:
    """Refresh so many times and print how much memory the server has; say if it stayed flat."""
    options = ('--port=0', f'--data-dir={folder / "data"}')
    with serving('app', folder / 'process', *options) as server:
        browsers = asyncio.run(register_all(server.url, clients))
        asyncio.run(_refresh(browsers, WARM_UP_REFRESHES))
        before = after = server.resident_mib()
        print(f'{"warm":>8}: {before:.1f} MiB', flush=True)
        for step in range(1, STEPS + 1):
            asyncio.run(_refresh(browsers, refreshes // STEPS))
            after = server.resident_mib()
            print(f'{step * refreshes // STEPS:>8} refreshes: {after:.1f} MiB', flush=True)
    is_flat = after - before < MIB_THAT_MATTER
    print(f'{after - before:+.1f} MiB: {"flat" if is_flat else "NOT FLAT"}')
    return is_flat


async def _refresh(browsers: list[Browser], times: int) -> None:
    """Refresh so many times in all, from all browsers at once."""

    async def take_turns(browser: Browser) -> None:
        for _ in range(times // len(browsers)):
            await browser.refresh()
        browser.close()

    await asyncio.gather(*map(take_turns, browsers))
