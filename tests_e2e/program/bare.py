"""A page with the token holder and nothing else, for what pages with a WebSocket hide or blur.

It is served at `/bare` of the server under test, by the test itself, and imports the server's own
token holder. It shows the name of whoever is signed in, and no name otherwise.
"""

from __future__ import annotations

import re
import urllib.request
from functools import cache

from playwright.sync_api import Page, Route

from auth import TOKEN_HOLDER_PATH

from .people import Person

HTML = f"""<!doctype html>
<title>Bare</title>
SETTINGS
<h1></h1>
<script type="module">
    import {{ auth }} from '{TOKEN_HOLDER_PATH}';
    const draw = () => {{
        document.querySelector('h1').textContent = auth.state === 'signed-in' ? auth.user.name : '';
    }};
    auth.addEventListener('state', draw);
    draw();
</script>"""
SIGN_UP = """([name, email, password]) =>
    auth.register({ name, email, password, stay_signed_in: true })"""


def open_bare(tab: Page, url: str) -> None:
    """Load the bare page, and wait until its token holder knows who is signed in."""

    def serve(route: Route) -> None:
        route.fulfill(body=HTML.replace('SETTINGS', settings_of(url)), content_type='text/html')

    tab.context.route('**/bare', serve)
    tab.goto(f'{url}/bare')
    tab.wait_for_function('globalThis.auth && auth.state !== "loading"')


def register_in(tab: Page, person: Person) -> None:
    """Create the account from a bare page, without a form."""
    tab.evaluate(SIGN_UP, [person.name, person.email, person.password])
    wait_for_name(tab, person.name)


@cache
def settings_of(url: str) -> str:
    """Return the settings of the pages at `url`, but for when to renew: there is a default."""
    with urllib.request.urlopen(f'{url}/login') as page:
        settings = re.findall('<meta name="auth-[^>]+>', page.read().decode())
    return '\n'.join(each for each in settings if 'auth-renewal' not in each)


def join_bare(tab: Page, url: str, person: Person) -> None:
    """Load the bare page, and create the account there."""
    open_bare(tab, url)
    register_in(tab, person)


def join_bare_pair(first: Page, second: Page, url: str, person: Person) -> None:
    """Create the account in one of two tabs of a browser; the other comes back signed in."""
    join_bare(first, url, person)
    open_bare(second, url)
    wait_for_name(second, person.name)


def wait_for_name(tab: Page, name: str) -> None:
    """Wait until the bare page shows this name, or none if it is empty.

    No locator: in Firefox those wait for ever for a restored page to load (see bfcache.py).
    """
    tab.wait_for_function('name => document.querySelector("h1").textContent === name', arg=name)
