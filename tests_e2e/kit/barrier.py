"""A barrier: several tabs do something at one instant, though a test can only speak to one at a time.

Every tab is told the same moment of the wall clock, a little ahead, and waits for it by itself. Tabs
of one machine share that clock, so they begin within a few milliseconds. In which order their requests
arrive is left to chance, as in life. It does not work on a clock installed with `context.clock`.

Tabs that share a process (in Firefox all do, as `browsers.py` starts it) take turns from there on:
their requests meet, their scripts do not run in parallel. Whether they did meet, the server must say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

# Time enough to tell ten tabs on a busy machine.
AHEAD_MS = 1_500
MAX_APART_MS = 250  # ten Firefox tabs on two busy cores: 50
_WAIT_FOR = """moment => {
    const left = moment - Date.now();
    globalThis.atTheBarrier = new Promise((go) => setTimeout(go, left)).then(async () => {
        const beganAt = Date.now();
        return [beganAt, await ACTION];
    });
}"""


def at_one_instant(tabs: Sequence[Page], action: str) -> list[Any]:
    """Evaluate a JavaScript expression in all tabs at one instant; return what each made of it.

    Raises `AssertionError` if the tabs began too far apart: this machine was too busy.
    """
    moment = tabs[0].evaluate('Date.now()') + AHEAD_MS
    for tab in tabs:
        tab.evaluate(_WAIT_FOR.replace('ACTION', action), moment)
    began_at, results = zip(*[tab.evaluate('atTheBarrier') for tab in tabs], strict=True)
    apart_ms = max(began_at) - min(began_at)
    assert apart_ms <= MAX_APART_MS, f'the tabs began {apart_ms} ms apart'
    return list(results)
