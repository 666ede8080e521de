"""The back/forward cache: Back brings a page to life again as it was left, memory and all.

Stock Firefox has it on; the Firefox that Playwright itself brings is patched to have none. Playwright
switches it off in Chromium, so there a browser of its own is launched; Chromium's headless shell has
none at all. Whether a page is kept depends on many things (a WebSocket and `no-store` speak against it,
neither alone is safe to rely on), so a test must see that its page *was* restored: `appearances`.

In Firefox, Playwright does not notice that a page was restored: `evaluate` and `wait_for_function` work
in it, locators wait for a load that does not come, and `page.url` is still the address that was left.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, BrowserType, Page

from . import browsers

# Listens before the page's own scripts do, so it sees what the page was restored with.
_NOTE_APPEARANCES = """
    globalThis.appearances = [];
    addEventListener('pageshow', ({ persisted }) => {
        const { state, token } = globalThis.auth ?? {};
        const holdsToken = Boolean(token?.describe?.());
        appearances.push({ persisted, state, holdsToken, text: document.body.innerText });
    });
"""
_FULL_CHROMIUM = ('chromium', 'chromium-browser', 'google-chrome')
NONE_RESTORES = (
    "Back restores nothing in Chromium's headless shell, nor in Playwright's own Firefox"
)


@contextmanager
def restoring_context(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Open a context of a `restoring_browser` with these options; its pages note how they appear."""
    context = browser.new_context(**options)
    note_appearances(context)
    try:
        yield context
    finally:
        context.close()


def restoring_browser(browser: Browser, options: browsers.LaunchOptions) -> Browser | None:
    """Return this browser if it keeps pages, or launch another; `None` if none on this machine does.

    `options` are those that it was launched with. Whoever gets another one closes that, too.
    """
    browser_type = browser.browser_type
    if browser_type.name == 'firefox':
        is_stock = options.get('channel') == 'moz-firefox'
        return browser if is_stock else None
    full = next(_full_chromiums(browser_type), None)
    if full is None:
        return None
    without = [*(options.get('ignore_default_args') or []), '--disable-back-forward-cache']
    return browser_type.launch(**options | full | {'ignore_default_args': without})


def _full_chromiums(browser_type: BrowserType) -> Iterator[browsers.LaunchOptions]:
    """Playwright's full build first (its `channel`), then the system's."""
    if Path(browser_type.executable_path).exists():
        yield {'executable_path': None, 'channel': 'chromium'}
    for program in _FULL_CHROMIUM:
        if path := shutil.which(program):
            yield {'executable_path': path}


def note_appearances(context: BrowserContext) -> None:
    """Let every page of this browser note each time it appears, fresh or restored."""
    context.add_init_script(_NOTE_APPEARANCES)


def appearances(tab: Page) -> list[dict[str, Any]]:
    """Return how the page in the tab has appeared so far; restored pages remember the times before.

    Each is `{persisted, state, holdsToken, text}` at the time of `pageshow`. State and token are those
    of `globalThis.auth`, as far as there is one that can tell.
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
