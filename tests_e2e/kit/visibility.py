"""Tabs in the background: simulated, because to an automated browser every tab is a visible one.

What a page and its frames read (`document.visibilityState`, `document.hidden`) is as it would be,
through every load, until they are shown; and they hear `visibilitychange`. What the browser itself does
to hidden tabs is not simulated: their timers are not slowed down, they are not frozen or discarded,
`focus` does not come, and one that leaves its page hears once more that it is hidden.
"""

from __future__ import annotations

from playwright.sync_api import Page

_HIDDEN = """for (const [name, value] of Object.entries({ visibilityState: 'hidden', hidden: true }))
    Object.defineProperty(document, name, { configurable: true, get: () => value });"""
_VISIBLE = 'delete document.visibilityState; delete document.hidden;'
_BECOME = """() => {
    const before = document.hidden;
    BECOME
    if (document.hidden !== before)
        document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
}"""


def hide(tab: Page) -> None:
    """Let the page believe that another tab is being looked at, and those to come in this tab."""
    _become(tab, _HIDDEN)


def show(tab: Page) -> None:
    """Let the page believe that it is being looked at again."""
    _become(tab, _VISIBLE)


def _become(tab: Page, script: str) -> None:
    tab.add_init_script(script)  # these pile up: each page runs the newest last, so it decides
    for frame in tab.frames:
        frame.evaluate(_BECOME.replace('BECOME', script))
