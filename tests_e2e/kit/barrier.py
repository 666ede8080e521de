"""A barrier: several tabs do something at one instant, though a test can only speak to one at a time.

Every tab is told the same moment of the wall clock, a little ahead, and waits for it by itself. Tabs
of one machine share that clock, so they begin within a few milliseconds. In which order their requests
arrive is left to chance, as in life. It does not work on a clock installed with `context.clock`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

# Time enough to tell ten tabs on a busy machine.
AHEAD_MS = 1_500
_WAIT_FOR = """moment => {
    const left = moment - Date.now();
    globalThis.atTheBarrier = new Promise((go) => setTimeout(go, left)).then(() => ACTION);
    return left > 0;
}"""


def at_one_instant(tabs: Sequence[Page], action: str) -> list[Any]:
    """Evaluate a JavaScript expression in all tabs at one instant; return what each made of it.

    Raises `AssertionError` if a tab heard of the instant too late to keep it.
    """
    moment = tabs[0].evaluate('Date.now()') + AHEAD_MS
    in_time = [tab.evaluate(_WAIT_FOR.replace('ACTION', action), moment) for tab in tabs]
    results = [tab.evaluate('atTheBarrier') for tab in tabs]
    assert all(in_time), 'a tab was told of the instant when it was over'
    return results
