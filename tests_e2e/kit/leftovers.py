"""What a page leaves behind: timers and listeners in any browser, retained memory in Chromium.

`count_leftovers` must come before the page is loaded (`leftovers.js` wraps the functions that start
timers and add listeners); `retained` asks Chromium itself, after it has collected its garbage. Neither
sees a timer of the browser's own, as in `AbortSignal.timeout`, nor a listener set by `onstorage = `.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

_COUNT = (Path(__file__).parent / 'leftovers.js').read_text(encoding='utf-8')
# After 100 sign-ins 15 KB were measured; one leaked token holder is 6 KB at least.
TOLERATED_BYTES = 60_000
# Chromium's names for what it counts.
_METRICS = {'JSEventListeners': 'listeners', 'Nodes': 'nodes', 'JSHeapUsedSize': 'heap_bytes'}


def count_leftovers(context: BrowserContext, classes: Iterable[str] = ()) -> None:
    """Let every page of this browser count its timers, and its listeners on window and document.

    On objects of these classes, too, as in `['AuthClient']`.
    """
    context.add_init_script(f'{_COUNT}({json.dumps(list(classes))});')


def left_in(tab: Page, events: Iterable[str]) -> dict[str, int]:
    """Return how many timers wait now (`timers`), and how many listeners there are for each event."""
    listeners = {event: tab.evaluate('leftovers.listeners', event) for event in events}
    return {'timers': tab.evaluate('leftovers.timers()')} | listeners


def retained(tab: Page) -> dict[str, int]:
    """Return how many `listeners`, `nodes` and `heap_bytes` are kept in the page's process.

    A tab that it has opened shares that process.
    Raises `playwright.sync_api.Error` in any browser but Chromium: no other says so.
    """
    chromium = tab.context.new_cdp_session(tab)
    chromium.send('Performance.enable')
    for _ in range(3):  # what one collection finalizes, the next one frees
        chromium.send('HeapProfiler.collectGarbage')
    metrics = chromium.send('Performance.getMetrics')['metrics']
    chromium.detach()
    return {
        _METRICS[each['name']]: int(each['value']) for each in metrics if each['name'] in _METRICS
    }


def grown(before: dict[str, int], after: dict[str, int]) -> set[str]:
    """Say which of the retained things have become more than a few bytes more."""
    return {
        name
        for name, amount in after.items()
        if amount > before[name] + (TOLERATED_BYTES if name == 'heap_bytes' else 0)
    }
