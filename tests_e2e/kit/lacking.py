"""Browsers that lack something. Each takes a whole browser or one page, before it has loaded anything.

The interface is taken away, as it would be in a browser without it, or on plain http; what else such a
browser would do differently is not simulated.
"""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

Pages = BrowserContext | Page

_MAKE_DEAF = """{
    const stop = (event) => event.stopImmediatePropagation();
    addEventListener('storage', stop, true);
    globalThis.BroadcastChannel = class extends BroadcastChannel {
        constructor(name) {
            super(name);
            this.addEventListener('message', stop);
        }
    };
}"""
_SWITCH_SITE_DATA_OFF = """(() => {
    const refuse = () => { throw new DOMException('Not allowed here', 'SecurityError'); };
    for (const storage of ['localStorage', 'sessionStorage'])
        Object.defineProperty(globalThis, storage, { get: refuse });
    Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} });
    globalThis.BroadcastChannel = class { constructor() { refuse(); } };
    if (navigator.locks) LockManager.prototype.request = async () => refuse();
})()"""


def without_locks(pages: Pages) -> None:
    """Take Web Locks away, as on a plain http address of another machine."""
    pages.add_init_script('delete Navigator.prototype.locks; delete globalThis.LockManager;')


def without_broadcast(pages: Pages) -> None:
    """Take `BroadcastChannel` away, so that tabs hear of each other by the `storage` event alone."""
    pages.add_init_script('delete globalThis.BroadcastChannel')


def make_deaf(pages: Pages) -> None:
    """Let nothing from other tabs arrive, neither message nor `storage` event. It can still speak."""
    pages.add_init_script(_MAKE_DEAF)


def without_focus(pages: Pages) -> None:
    """Let no `focus` arrive, as when the browser's window stays behind others."""
    pages.add_init_script("""addEventListener('focus', (event) => {
        if (event.target === window) event.stopImmediatePropagation();
    }, true)""")


def without_storage(pages: Pages) -> None:
    """Let every `setItem` fail, as when storage is full; that of `sessionStorage` fails with it.

    Not simulated: that full storage throws at plain assignments, too, and storage that people have
    switched off already where somebody reads `localStorage`.
    """
    pages.add_init_script('Storage.prototype.setItem = () => { throw new Error("full"); };')


def without_site_data(pages: Pages) -> None:
    """Let the browser keep nothing for the site, as when people have switched cookies off.

    Storage and channels throw and locks are refused, as in Firefox; Chromium has channels then. Not
    simulated: that requests go without cookies, and that databases and `cookieStore` refuse, too.
    """
    pages.add_init_script(_SWITCH_SITE_DATA_OFF)


def switch_site_data_off(page: Page) -> None:
    """The same from now on, in a page that is open."""
    page.evaluate(_SWITCH_SITE_DATA_OFF)
