"""A browser as the backend sees it: a cookie jar, and an access token in memory."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from auth import CLIENT_HEADER, generate_passphrase

COOKIE = '__Host-refresh'
ORIGIN = 'https://testserver'
OUR_PAGE = {'Origin': ORIGIN, CLIENT_HEADER: 'auth-client'}  # what a page of our own sends along
JAR_DOMAIN = 'testserver.local'  # what http.cookiejar makes of a host without a dot


@dataclass(frozen=True)
class Account:
    """What somebody types to register and to sign in."""

    name: str
    email: str
    password: str


def new_account(name: str) -> Account:
    """Invent somebody; address and password are drawn, so that they can be searched for."""
    return Account(name, f'{secrets.token_hex(8)}@example.com', generate_passphrase())


class Browser:
    """Calls the backend and keeps what it answers, as the token holder in the page does."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.client.headers.update(OUR_PAGE)
        self.access_token = ''

    @property
    def jar(self) -> str:
        """The refresh token in the cookie jar, or an empty text."""
        return self.client.cookies.get(COOKIE) or ''

    @jar.setter
    def jar(self, token: str) -> None:
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, token, domain=JAR_DOMAIN, path='/')

    @property
    def session_id(self) -> str:
        """The session that the cookie jar holds a token of."""
        return self.jar.split('.')[1]

    def register(self, account: Account, **more: object) -> Response:
        """Create the account and sign in."""
        return self._keep(self.client.post('/auth/register', json=asdict(account) | more))

    def log_in(self, account: Account, **more: object) -> Response:
        """Sign in."""
        form = {'email': account.email, 'password': account.password}
        return self._keep(self.client.post('/auth/login', json=form | more))

    def refresh(self) -> Response:
        """Refresh with what the cookie jar holds."""
        return self._keep(self.client.post('/auth/refresh'))

    def present(self, token: str) -> Response:
        """Put a token into the cookie jar, and refresh with it."""
        self.jar = token
        return self.refresh()

    def log_out(self) -> Response:
        """Sign out with cookie and access token, as the page does."""
        return self.client.post('/auth/logout', headers=bearer(self.access_token))

    def me(self, access_token: str | None = None) -> Response:
        """Ask for the protected resource."""
        return self.client.get('/api/me', headers=bearer(access_token or self.access_token))

    def ticket(self, client_id: str) -> Response:
        """Ask for a socket ticket for one page."""
        headers = bearer(self.access_token)
        return self.client.post(
            '/auth/socket-ticket', json={'client_id': client_id}, headers=headers
        )

    def devices(self) -> list[dict[str, Any]]:
        """Return the user's sessions, as the page that lists them gets them."""
        answer = self.client.get('/auth/sessions', headers=bearer(self.access_token))
        devices: list[dict[str, Any]] = answer.json()
        return devices

    def end_device(self, session_id: str) -> Response:
        """End one of the user's sessions."""
        headers = bearer(self.access_token)
        return self.client.delete(f'/auth/sessions/{session_id}', headers=headers)

    def log_out_everywhere(self) -> Response:
        """End all of the user's sessions."""
        return self.client.post('/auth/logout-all', headers=bearer(self.access_token))

    def log_out_others(self) -> Response:
        """End all of the user's sessions but this one."""
        return self.client.post('/auth/logout-others', headers=bearer(self.access_token))

    def change_password(self, current: str, new: str) -> Response:
        """Set a new password."""
        form = {'current_password': current, 'new_password': new}
        headers = bearer(self.access_token)
        return self._keep(self.client.post('/auth/password', json=form, headers=headers))

    def delete_account(self, password: str) -> Response:
        """Delete the account."""
        headers = bearer(self.access_token)
        return self.client.post(
            '/auth/delete-account', json={'password': password}, headers=headers
        )

    def _keep(self, answer: Response) -> Response:
        if answer.is_success:
            self.access_token = answer.json()['access_token']
        return answer


def bearer(access_token: str) -> dict[str, str]:
    """Return the header that carries an access token."""
    return {'Authorization': f'Bearer {access_token}'}


def altered(token: str) -> str:
    """Return the token with another last character."""
    return token[:-1] + ('A' if token[-1] != 'A' else 'B')
