"""A page with the token holder and nothing else, for what pages with a WebSocket hide or blur.

It is served at `/bare` of the server under test, by the test itself, and imports the server's own
token holder. It shows the name of whoever is signed in, and no name otherwise.
"""

from __future__ import annotations

from playwright.sync_api import Page, Route

from auth import TOKEN_HOLDER_PATH

from .people import Person

HTML = f"""<!doctype html>
<title>Bare</title>
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
        route.fulfill(body=HTML, content_type='text/html')

    tab.context.route('**/bare', serve)
    tab.goto(f'{url}/bare')
    tab.wait_for_function('globalThis.auth && auth.state !== "loading"')


def register_in(tab: Page, person: Person) -> None:
    """Create the account from a bare page, without a form."""
    tab.evaluate(SIGN_UP, [person.name, person.email, person.password])
    wait_for_name(tab, person.name)


def wait_for_name(tab: Page, name: str) -> None:
    """Wait until the bare page shows this name, or none if it is empty.

    No locator: in Firefox those wait for ever for a restored page to load (see bfcache.py).
    """
    tab.wait_for_function('name => document.querySelector("h1").textContent === name', arg=name)
