"""A barrier: several tabs do something at one instant, though a test can only speak to one at a time.

Every tab is told the same moment of the wall clock, a little ahead, and waits for it by itself. Tabs
of one machine share that clock, so they begin within a few milliseconds. In which order their requests
arrive is left to chance, as in life. A clock that `context.clock` has paused never gets there.

Tabs that share a process (in Firefox all do, as `browsers.py` starts it) take turns from there on:
their requests meet, their scripts do not run in parallel. Whether they did meet, the server must say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

# Time enough to tell ten tabs: 40 ms, with three other programs for each processor 300.
AHEAD_MS = 800
MAX_APART_MS = 250  # ten Firefox tabs on two busy cores: 50
_WAIT_FOR = """moment => {
    globalThis.atTheBarrier = null;
    setTimeout(async () => {
        const beganAt = Date.now();
        try {
            const made = (
                ACTION
            );
            const result = await (typeof made === 'function' ? made() : made);
            globalThis.atTheBarrier = { beganAt, result };
        } catch (error) {
            globalThis.atTheBarrier = { beganAt, refusal: String(error) };
        }
    }, moment - Date.now());
}"""


class TooFarApart(AssertionError):
    """All tabs did what they were told, but not together: what may be done again can be tried again."""


def at_one_instant(tabs: Sequence[Page], action: str) -> list[Any]:
    """Evaluate a JavaScript expression, or call a function, in all tabs at one instant.

    Return what each made of it. Pages must stay: one that leaves for another takes its answer along.
    Raises `AssertionError` if any fails, and Playwright's `TimeoutError`. Raises `TooFarApart` if one
    began late: this machine was too busy, or in Firefox one of them kept the others waiting.
    """
    moment = tabs[0].evaluate('Date.now()') + AHEAD_MS
    for tab in tabs:
        tab.evaluate(_WAIT_FOR.replace('ACTION', action), moment)
    ended = [tab.wait_for_function('globalThis.atTheBarrier').json_value() for tab in tabs]
    refused = [
        f'tab {i}: {each["refusal"]}' for i, each in enumerate(ended, 1) if 'refusal' in each
    ]
    assert not refused, '\n'.join(refused)
    began_at = [each['beganAt'] for each in ended]
    apart_ms = max(began_at) - min(began_at)
    if apart_ms > MAX_APART_MS:
        raise TooFarApart(f'the tabs began {apart_ms} ms apart')
    return [each.get('result') for each in ended]
