"""What a page leaves behind: timers and listeners in any browser, retained memory in Chromium.

`count_leftovers` must come before the page is loaded (`leftovers.js` wraps the functions that start
timers and add listeners); `retained` asks Chromium itself, after it has collected its garbage. Neither
sees a timer of the browser's own, as in `AbortSignal.timeout`.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page

_COUNT = (Path(__file__).parent / 'leftovers.js').read_text(encoding='utf-8')
_EVENTS = ('storage', 'state', 'trace', 'visibilitychange', 'online', 'pageshow', 'pagehide')
# After 100 sign-ins 15 KB were measured; one leaked token holder is 6 KB at least.
TOLERATED_BYTES = 60_000
# Chromium's names for what it counts.
_METRICS = {'JSEventListeners': 'listeners', 'Nodes': 'nodes', 'JSHeapUsedSize': 'heap_bytes'}


def count_leftovers(context: BrowserContext) -> None:
    """Let every page of this browser count its timers and listeners."""
    context.add_init_script(_COUNT)


def left_in(tab: Page) -> dict[str, int]:
    """Return how many timers wait now, and how many listeners there are for events that matter here."""
    events = {event: tab.evaluate(f'leftovers.listeners("{event}")') for event in _EVENTS}
    return {'timers': tab.evaluate('leftovers.timers()')} | events


def retained(tab: Page) -> dict[str, int]:
    """Return how many `listeners`, `nodes` and `heap_bytes` are kept for the page; `{}` in Firefox."""
    if tab.context.browser is None or tab.context.browser.browser_type.name != 'chromium':
        return {}
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
