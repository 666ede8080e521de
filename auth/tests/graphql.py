"""The same browser as in `browser.py`, which speaks GraphQL where the server has a word for it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from httpx2 import Response

from .browser import Account, Browser, bearer

TOKENS = """{
  accessToken tokenType expiresIn outcome user { id name email }
  session { id generation signedInAt }
}"""
REGISTER = f"""
mutation($name: String!, $email: String!, $password: String!, $stay_signed_in: Boolean = true) {{
  register(name: $name, email: $email, password: $password, staySignedIn: $stay_signed_in) {TOKENS}
}}"""
LOGIN = f"""
mutation($email: String!, $password: String!, $stay_signed_in: Boolean = true) {{
  login(email: $email, password: $password, staySignedIn: $stay_signed_in) {TOKENS}
}}"""
REFRESH = f'mutation {{ refreshToken {TOKENS} }}'
ME = '{ me { user { id name email } sessionId message } }'
SESSIONS = """{
  sessions { id browser system address signedInAt lastUsedAt expiresAt isThisDevice }
}"""


class GraphqlBrowser(Browser):
    """Keeps cookies and access token alike; only what it says is different."""

    def ask(self, document: str, **variables: object) -> Response:
        """Have a document executed, with the access token if there is one."""
        content = {'query': document, 'variables': variables}
        headers = bearer(self.access_token) if self.access_token else {}
        answer = self.client.post('/graphql', json=content, headers=headers)
        for tokens in (answer.json().get('data') or {}).values():
            if isinstance(tokens, dict) and 'accessToken' in tokens:
                self.access_token = tokens['accessToken']
        return answer

    def register(self, account: Account, **more: object) -> Response:
        """Create the account and sign in."""
        return self.ask(REGISTER, **asdict(account), **more)

    def log_in(self, account: Account, **more: object) -> Response:
        """Sign in."""
        return self.ask(LOGIN, email=account.email, password=account.password, **more)

    def refresh(self) -> Response:
        """Refresh with what the cookie jar holds."""
        return self.ask(REFRESH)

    def log_out(self) -> Response:
        """Sign out with cookie and access token, as the page does."""
        return self.ask('mutation { logout }')

    def log_out_everywhere(self) -> Response:
        """End all of the user's sessions."""
        return self.ask('mutation { logoutEverywhere }')

    def me(self, access_token: str | None = None) -> Response:
        """Ask for the protected resource."""
        self.access_token = access_token or self.access_token
        return self.ask(ME)

    def devices(self) -> list[dict[str, Any]]:
        """Return the user's sessions."""
        devices: list[dict[str, Any]] = self.ask(SESSIONS).json()['data']['sessions']
        return devices
