"""What a script that has got into a page could learn: for tests of where secrets are, and are not."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from .people import Person, call_api
from .server import Server

# Learns each token by hooking `fetch` before the page does anything.
SPY = (Path(__file__).parent / 'spy.js').read_text(encoding='utf-8')
# Everything a later visitor, an extension or a careless log could read without hooking anything.
READ_EVERYTHING = """async () => {
    const own = (object) => Object.getOwnPropertyNames(object).map((name) => {
        try { return name + "=" + JSON.stringify(object[name]); } catch { return name; }
    });
    const databases = await (indexedDB.databases?.() ?? []);
    return JSON.stringify({
        local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie,
        url: location.href, name: window.name, history: history.state, databases,
        caches: await caches.keys(), auth: [own(auth), own(Object.getPrototypeOf(auth))],
        globals: own(globalThis), dom: document.documentElement.outerHTML,
    });
}"""

# Reads every property and calls every method of the holder and of what it offers, but for those
# that end the session or the token.
ASK_FOR_EVERYTHING = """async () => {
    const isBuiltIn = (prototype) => [EventTarget.prototype, Object.prototype].includes(prototype);
    const names = (o) => o && !isBuiltIn(o)
        ? [...Object.getOwnPropertyNames(o), ...names(Object.getPrototypeOf(o))] : [];
    const ends = ["begin", "constructor", "close", "delete", "forget", "logout", "logoutEverywhere",
        "login", "register", "start"];
    const values = [];
    for (const holder of [auth, auth.token, auth.token.afterLogout, auth.trace, auth.account]) {
        for (const name of names(holder).filter((name) => !ends.includes(name))) {
            try {
                const value = holder[name];
                const isMethod = typeof value === "function";
                values.push(name, isMethod ? await value.call(holder, "/api/me") : value);
            } catch (error) {
                values.push(name, String(error));
            }
        }
    }
    return JSON.stringify(values);
}"""

_KEEP_BEARER = """{
    const send = fetch;
    globalThis.fetch = (url, init) => {
        globalThis.bearer = new Headers(init?.headers).get('Authorization') ?? globalThis.bearer;
        return send(url, init);
    };
    globalThis.callAgain = async () =>
        (await send('/api/me', { headers: { Authorization: bearer } })).status;
}"""


def keep_bearer(pages: BrowserContext | Page) -> None:
    """Let pages keep the access token they have sent last (`bearer`), before they are loaded.

    `callAgain()` calls the API with it, past the token holder's own logic, and returns the status.
    """
    pages.add_init_script(_KEEP_BEARER)


def secrets_of(tab: Page) -> list[str]:
    """The signatures of all access tokens this tab has received: what makes them work."""
    tokens: list[str] = tab.evaluate('spy.tokens()')
    return [token.rsplit('.', 1)[1] for token in tokens]


def use_everything(tab: Page, server: Server, person: Person) -> None:
    """Register, refresh, call the API, look at the raw token."""
    person.register(tab, server.url)
    tab.get_by_role('button', name='Refresh now').click()
    call_api(tab)
    tab.get_by_role('button', name='Show raw').click()
    expect(tab.get_by_text('It goes to the API with each call')).to_be_visible()
