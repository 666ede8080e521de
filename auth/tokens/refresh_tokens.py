"""What a refresh token looks like: `1.<session id>.<generation>.<secret>`. Strings only, no rows.

The secret is derived, not drawn: `HMAC-SHA256(pepper, "rt1" | session id | generation | salt)`. So
the current token can be issued again without storing it, an old genuine one is recognised after its
row is gone, and a forged one is told apart and changes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from . import base64url
from .keys import Keys

PEPPER_PURPOSE = 'refresh token pepper 1'
SESSION_ID_BYTES = 16
SALT_BYTES = 16
# 22 and 43 base64url characters hold 16 and 32 bytes.
_FORM = re.compile(r'1\.([\w-]{22})\.(0|[1-9]\d{0,8})\.([\w-]{43})', re.ASCII)


@dataclass(frozen=True)
class UnverifiedToken:
    """A token that has the right form; nobody has looked yet whether it is genuine."""

    session_id: str
    generation: int
    secret: str


class RefreshTokens:
    """Issues and verifies token strings with one pepper (32 bytes, not the JWT key)."""

    def __init__(self, keys: Keys) -> None:
        self._pepper = keys.derive(PEPPER_PURPOSE)

    def issue(self, session_id: str, generation: int, salt: bytes) -> str:
        """Return the one token of this session and generation."""
        return f'1.{session_id}.{generation}.{self._secret(session_id, generation, salt)}'

    def is_genuine(self, token: UnverifiedToken, salt: bytes) -> bool:
        """Say, in constant time, whether we once issued this token."""
        expected = self._secret(token.session_id, token.generation, salt)
        return hmac.compare_digest(expected, token.secret)

    def fingerprint(self, session_id: str, generation: int, salt: bytes) -> bytes:
        """Return what the database keeps of a token: SHA-256 of its secret."""
        return hashlib.sha256(self._secret(session_id, generation, salt).encode()).digest()

    def _secret(self, session_id: str, generation: int, salt: bytes) -> str:
        message = b'|'.join((b'rt1', session_id.encode(), str(generation).encode(), salt))
        return base64url.encode(hmac.digest(self._pepper, message, 'sha256'))


def parse(text: str | None) -> UnverifiedToken | None:
    """Take a cookie's value apart; `None` if it is not of our form."""
    match = _FORM.fullmatch(text or '')
    return UnverifiedToken(match[1], int(match[2]), match[3]) if match else None


def new_session_id() -> str:
    """Return 128 random bits in base64url."""
    return secrets.token_urlsafe(SESSION_ID_BYTES)


def new_salt() -> bytes:
    """Return the 128 random bits that make a session's tokens its own."""
    return secrets.token_bytes(SALT_BYTES)
