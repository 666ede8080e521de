"""A browser reduced to its cookie jar, for tests in which no page takes part."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from playwright.sync_api import Page

from .people import Person
from .server import Server

TIMEOUT_SECONDS = 20


class WireBrowser:
    """Calls the backend over plain HTTP; keeps the cookie and the access token it is given."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.person = Person()
        self.cookie = ''
        self.access_token = ''
        self.session_id = ''

    @classmethod
    def with_cookies_of(cls, page: Page, server: Server) -> WireBrowser:
        """Be somebody who has copied the cookies of this page's browser."""
        browser = cls(server)
        cookies = page.context.cookies()
        browser.cookie = '; '.join(f'{each["name"]}={each["value"]}' for each in cookies)
        return browser

    def register(self) -> str | None:
        """Create the account; return the outcome."""
        person = self.person
        form = {'name': person.name, 'email': person.email, 'password': person.password}
        return self._call('/auth/register', form)

    def log_in(self) -> str | None:
        """Sign in; return the outcome or the code, or `None` if no answer came."""
        return self._call(
            '/auth/login', {'email': self.person.email, 'password': self.person.password}
        )

    def refresh(self) -> str | None:
        """Refresh; return the outcome or the code, or `None` if no answer came."""
        return self._call('/auth/refresh')

    def log_out(self) -> str | None:
        """Sign out; return a text, or `None` if no answer came. The cookie stays, for the curious."""
        kept = self.cookie
        answer = self._call('/auth/logout')
        self.cookie = kept
        return answer

    def change_password(self) -> str | None:
        """Set the password that is already set; return the outcome or the code, or `None`."""
        password = self.person.password
        return self._call(
            '/auth/password', {'current_password': password, 'new_password': password}
        )

    def _call(self, path: str, form: dict[str, str] | None = None) -> str | None:
        headers = self._server.own_headers | {'Cookie': self.cookie}
        if self.access_token:
            headers['Authorization'] = f'Bearer {self.access_token}'
        request = urllib.request.Request(
            self._server.api_url + path,
            data=json.dumps(form).encode() if form else b'',
            headers=headers,
            method='POST',
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                content = answer.read()
                cookie = answer.headers.get('Set-Cookie', '')
        except urllib.error.HTTPError as refused:
            with refused:
                return str(json.load(refused)['code'])
        except (OSError, HTTPException):
            return None
        if cookie:
            self.cookie = cookie.partition(';')[0]
        return self._keep(json.loads(content)) if content else 'done'

    def _keep(self, answer: dict[str, Any]) -> str:
        self.access_token = answer['access_token']
        self.session_id = answer['session']['id']
        return str(answer['outcome'])
