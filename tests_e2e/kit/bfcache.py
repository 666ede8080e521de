"""The back/forward cache: Back brings a page to life again as it was left, memory and all.

Firefox has it on. Playwright switches it off in Chromium, so there a browser of its own is launched;
Chromium's headless shell has none at all. A page is kept only under many conditions (no open WebSocket,
no `no-store`, ...), so a test must see that its page *was* restored: `appearances` says so.

In Firefox, Playwright does not notice that a page was restored: `evaluate` and `wait_for_function` work
in it, locators wait for a load that does not come.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright

from . import browsers

# Listens before the page's own scripts do, so it sees what the page was restored with.
_NOTE_APPEARANCES = """
    globalThis.appearances = [];
    addEventListener('pageshow', ({ persisted }) => {
        const { state, token } = globalThis.auth ?? {};
        const holdsToken = Boolean(token?.describe());
        appearances.push({ persisted, state, holdsToken, text: document.body.innerText });
    });
"""
_FULL_CHROMIUM = ('chromium', 'chromium-browser', 'google-chrome')


def launch_chromium(playwright: Playwright, options: browsers.LaunchOptions) -> Browser | None:
    """Launch a Chromium that keeps pages; `None` if there is only its headless shell."""
    for choice in _full_chromiums():
        try:
            return playwright.chromium.launch(
                **options | choice, ignore_default_args=['--disable-back-forward-cache']
            )
        except Error:
            continue
    return None


def _full_chromiums() -> Iterator[browsers.LaunchOptions]:
    """Playwright's full build first (its `channel`), then the system's."""
    yield {'executable_path': None, 'channel': 'chromium'}
    for program in _FULL_CHROMIUM:
        if path := shutil.which(program):
            yield {'executable_path': path}


def note_appearances(context: BrowserContext) -> None:
    """Let every page of this browser note each time it appears, fresh or restored."""
    context.add_init_script(_NOTE_APPEARANCES)


def appearances(tab: Page) -> list[dict[str, Any]]:
    """Return how the page in the tab has appeared so far; restored pages remember the times before.

    Each is `{persisted, state, holdsToken, text}` at the time of `pageshow`.
    """
    noted: list[dict[str, Any]] = tab.evaluate('appearances')
    return noted


def go_back(tab: Page) -> None:
    """Press Back, and wait until another page has appeared.

    `page.go_back()` waits for a load, which a restored page does not have.
    """
    left = tab.evaluate('performance.timeOrigin')  # tells one document from another
    tab.evaluate('setTimeout(() => history.back(), 0)')
    tab.wait_for_function(
        'left => performance.timeOrigin !== left && globalThis.appearances?.length', arg=left
    )


def say_put_away(tab: Page) -> None:
    """Tell the page that it is kept for Back, in any browser. It is not: its timers and calls go on."""
    tab.evaluate('dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })); 0')
