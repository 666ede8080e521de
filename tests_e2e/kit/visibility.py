"""Tabs in the background: simulated, because to an automated browser every tab is a visible one.

What a page can read (`document.visibilityState`, `document.hidden`) and hear (`visibilitychange`) is
as it would be. What the browser itself does to hidden tabs is not simulated: their timers are not
slowed down, they are not frozen or discarded, and `focus` does not come. A reload changes nothing: the
tab's `sessionStorage` remembers, per origin.
"""

from __future__ import annotations

from playwright.sync_api import Page

_SIMULATE = """() => {
    const state = () => sessionStorage['simulated-visibility'] ?? 'visible';
    const read = { visibilityState: state, hidden: () => state() === 'hidden' };
    for (const [name, get] of Object.entries(read))
        Object.defineProperty(document, name, { configurable: true, get });
}"""
_BECOME = """state => {
    sessionStorage['simulated-visibility'] = state;
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}"""


def hide(tab: Page) -> None:
    """Let the page believe that another tab is being looked at."""
    tab.evaluate(_SIMULATE)
    tab.add_init_script(f'({_SIMULATE})()')
    tab.evaluate(_BECOME, 'hidden')


def show(tab: Page) -> None:
    """Let the page believe that it is being looked at again."""
    tab.evaluate(_BECOME, 'visible')
