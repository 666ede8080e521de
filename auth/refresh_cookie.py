"""The refresh cookie: read it, set it, delete it. Its value appears nowhere else in an answer."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request, Response

from .identity import IssuedSession
from .sent_cookies import sent_cookies
from .settings import SameSite


@dataclass(frozen=True)
class RefreshCookie:
    """HttpOnly, SameSite=Strict; Secure, and so with a `__Host-` name, unless that is switched off.

    With `same_site='none'` browsers may send it from pages of other sites as well. Origins that are
    not listed are refused all the same, whatever they send (`http/origin_guard.py`).
    """

    name: str
    secure: bool
    same_site: SameSite = 'strict'

    @property
    def full_name(self) -> str:
        """The name with a prefix that only a Secure cookie of this very host may have (RFC 6265bis)."""
        return f'__Host-{self.name}' if self.secure else self.name

    def read(self, request: Request) -> str | None:
        """Return what the browser sent, if anything."""
        return sent_cookies(request).get(self.full_name)

    def set(self, response: Response, issued: IssuedSession) -> None:
        """Hand the session's current refresh token to the browser. Only ever after COMMIT."""
        self._write(response, issued.refresh_token, issued.cookie_seconds)

    def delete(self, response: Response) -> None:
        """Delete it: same name, same path, same Secure, or the browser keeps it."""
        self._write(response, '', 0)

    def _write(self, response: Response, value: str, max_age: int | None) -> None:
        response.set_cookie(
            self.full_name,
            value,
            max_age=max_age,
            path='/',
            secure=self.secure,
            httponly=True,
            samesite=self.same_site,
        )
