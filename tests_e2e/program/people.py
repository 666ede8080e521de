"""People who use the app through its pages: by label, by button, by what is on the screen."""

from __future__ import annotations

import re
import secrets
import urllib.request
from dataclasses import dataclass, field
from functools import cache

from playwright.sync_api import APIRequestContext, Page, expect

from ..kit.tabs import OpenTab
from .server import Server


def _unique(word: str) -> str:
    return f'{word}-{secrets.token_hex(6)}'


@dataclass(frozen=True)
class Person:
    """Somebody with an account, or about to have one. A new one for each test."""

    name: str = field(default_factory=lambda: _unique('Robin'))
    email: str = field(default_factory=lambda: f'{_unique("robin")}@example.com')
    password: str = field(default_factory=lambda: _unique('a secret phrase of one test'))

    @property
    def form(self) -> dict[str, object]:
        """What the login form sends."""
        return {'email': self.email, 'password': self.password, 'stay_signed_in': True}

    def register(self, page: Page, url: str) -> None:
        """Create the account on the register page and arrive on the dashboard."""
        page.goto(f'{url}/register')
        self.fill_register_form(page)
        page.get_by_role('button', name='Create account').click()
        self.sees_dashboard(page)

    def join(self, page: Page, url: str) -> None:
        """Create the account without typing, and arrive on the dashboard: in half the time.

        For tests that are about something else. The call is the browser's own as far as its cookie
        jar is concerned; the page then signs in silently, with one refresh.
        """
        self.post(page.context.request, url, 'register')
        self._arrive(page, url)

    def come_back(self, page: Page, url: str) -> None:
        """Sign in without typing, and arrive on the dashboard, as `join` does."""
        self.post(page.context.request, url, 'login')
        self._arrive(page, url)

    def post(self, request: APIRequestContext, url: str, action: str) -> None:
        """Register or log in over HTTP; the session's cookie goes into the jar of `request`."""
        form = {'email': self.email, 'password': self.password}
        if action == 'register':
            form['name'] = self.name
        answer = request.post(
            f'{backend_of(url)}/auth/{action}',
            data=form,
            headers={'Origin': url, 'X-Requested-With': 'a test'},
        )
        assert answer.ok, answer.status

    def _arrive(self, page: Page, url: str) -> None:
        page.goto(f'{url}/dashboard')
        self.sees_dashboard(page)

    def fill_register_form(self, page: Page) -> None:
        """Type name, e-mail address and password on the register page."""
        page.get_by_label('Name').fill(self.name)
        page.get_by_label('Email').fill(self.email)
        page.get_by_label('Password', exact=True).fill(self.password)

    def fill_login_form(self, page: Page) -> None:
        """Type e-mail address and password on the login page."""
        page.get_by_label('Email').fill(self.email)
        page.get_by_label('Password', exact=True).fill(self.password)

    def log_in(self, page: Page, url: str) -> None:
        """Sign in on the login page and arrive on the dashboard."""
        page.goto(f'{url}/login')
        self.fill_login_form(page)
        page.get_by_role('button', name='Sign in').click()
        self.sees_dashboard(page)

    def sign_in_by_script(self, page: Page) -> None:
        """Have the page send what its form would; do not wait for the answer."""
        page.evaluate('form => void auth.login(form)', self.form)

    def sees_dashboard(self, page: Page) -> None:
        """Check that the page shows this person's dashboard."""
        expect(page.get_by_role('heading', level=1, name=self.name)).to_be_visible()


def open_signed_in(open_tab: OpenTab, count: int, server: Server, person: Person) -> list[Page]:
    """Sign somebody new in in one tab, come back signed in in the others."""
    opened = [open_tab() for _ in range(count)]
    person.join(opened[0], server.url)
    for tab in opened[1:]:
        tab.goto(f'{server.url}/dashboard', wait_until='commit')  # they load side by side
    for tab in opened:
        person.sees_dashboard(tab)
    return opened


@cache
def backend_of(url: str) -> str:
    """Return where the pages at `url` say that their auth backend is: there, or elsewhere."""
    with urllib.request.urlopen(f'{url}/login') as page:
        match = re.search(r'name="auth-api" content="(http[^"]+)"', page.read().decode())
    return match[1] if match else url


def press(page: Page, button: str) -> None:
    """Press a button by its name."""
    page.get_by_role('button', name=button, exact=True).click()


def log_out(page: Page) -> None:
    """Press the button."""
    press(page, 'Log out')


def call_api(page: Page) -> None:
    """Press the button, and see the answer."""
    press(page, 'Call the API')
    expect(page.get_by_text('this answer is for you alone')).to_be_visible()


def api_status(page: Page) -> int:
    """Return the status of a call that the page's token holder makes."""
    status: int = page.evaluate('auth.fetch("/api/me").then((response) => response.status)')
    return status


def sees_login_page(page: Page) -> None:
    """Check that the page asks to sign in, and shows no dashboard."""
    expect(page.get_by_role('heading', level=1, name='Sign in')).to_be_visible()
    expect(page.get_by_role('button', name='Call the API')).to_be_hidden()
