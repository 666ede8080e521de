"""The access token: RFC 9068 claims, no personal data, a few minutes of life."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from ..errors import InvalidAccessToken
from ..identity import Identity
from .signed_tokens import InvalidToken, SignedTokens, TokenKind

ACCESS_TOKEN = TokenKind('at+jwt', audience='api', claims=frozenset({'sub', 'sid', 'jti'}))


@dataclass(frozen=True)
class AccessTokens:
    """Issues access tokens and reads the session they stand for."""

    signed_tokens: SignedTokens
    lifetime_seconds: int

    def issue(self, identity: Identity) -> str:
        """Return a new access token for this session."""
        claims = {
            'sub': identity.user_id,
            'sid': identity.session_id,
            'jti': secrets.token_urlsafe(16),
        }
        return self.signed_tokens.sign(ACCESS_TOKEN, claims, self.lifetime_seconds)

    def session_id(self, token: str, *, at_any_time: bool = False) -> str:
        """Return the session a token stands for, alive or not. Raises `InvalidAccessToken`."""
        try:
            claims = self.signed_tokens.verify(ACCESS_TOKEN, token, at_any_time=at_any_time)
        except InvalidToken as error:
            raise InvalidAccessToken(str(error)) from error
        return str(claims['sid'])
