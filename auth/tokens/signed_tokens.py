"""Signing and verifying JWTs. Only this module imports PyJWT; others say what claims mean.

Signing takes the private keys. Verifying takes the public ones alone, wherever they come from: the
folder here, or another server's JWKS (`resource_server/fetched_keys.py`).

PyJWT checks neither `typ` nor that a claim is there unless told: both are told here, once, for
every kind of token (RFC 8725, 3.8 to 3.11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .signing_keys import SigningKeys

ALGORITHM = 'EdDSA'
# By how much the clock of the server that has signed may be ahead (RFC 7519, 4.1.5).
CLOCK_SKEW_SECONDS = 5


class InvalidToken(Exception):
    """Raised if a token is not one that this server issued for this use, or is out of its time."""


@dataclass(frozen=True)
class TokenKind:
    """A use of signed tokens; one kind is never accepted in place of another."""

    type: str  # the `typ` header
    audience: str
    claims: frozenset[str]  # required besides iss, aud, exp and iat


class PublicKeys(Protocol):
    """Where the public keys come from."""

    def find(self, key_id: object) -> Ed25519PublicKey | None:
        """Return the trusted key of this name, if there is one."""


@dataclass(frozen=True)
class SignedTokens:
    """Signs with the active key; verifies with any that is published. `clock` gives Unix seconds.

    `longest_seconds` is how long a token may live, and so how long its key is needed.
    """

    keys: SigningKeys
    longest_seconds: int
    issuer: str
    clock: Callable[[], float]

    def sign(self, kind: TokenKind, claims: dict[str, str], seconds: int) -> str:
        """Return a JWT of this kind that lives for `seconds`."""
        now = int(self.clock())
        key = self.keys.active(now)
        registered = {'iss': self.issuer, 'aud': kind.audience, 'iat': now, 'exp': now + seconds}
        headers = {'typ': kind.type, 'kid': key.key_id}
        return jwt.encode(registered | claims, key.private, ALGORITHM, headers)

    def public_keys(self) -> list[dict[str, str]]:
        """Return what anybody needs to verify our tokens, as JWKs."""
        return [key.jwk for key in self.keys.published(self.clock(), self.longest_seconds)]

    def verify(self, kind: TokenKind, token: str, *, at_any_time: bool = False) -> dict[str, Any]:
        """Return the claims of a token of this kind. Raises `InvalidToken`."""
        verifier = TokenVerifier(self, self.issuer, self.clock)
        return verifier.verify(kind, token, at_any_time=at_any_time)

    def find(self, key_id: object) -> Ed25519PublicKey | None:
        """Return the published key of this name, if there is one."""
        key = self.keys.find(key_id, self.clock(), self.longest_seconds)
        return key.public if key else None


@dataclass(frozen=True)
class TokenVerifier:
    """Verifies what `issuer` has signed, with its public keys. `clock` gives Unix seconds."""

    keys: PublicKeys
    issuer: str
    clock: Callable[[], float]

    def verify(self, kind: TokenKind, token: str, *, at_any_time: bool = False) -> dict[str, Any]:
        """Return the claims of a token of this kind. Raises `InvalidToken`."""
        try:
            header = jwt.get_unverified_header(token)
            claims = jwt.decode(
                token,
                self._public_key(header, kind),
                algorithms=[ALGORITHM],
                audience=kind.audience,
                issuer=self.issuer,
                # Times are checked below, against the injected clock.
                options={
                    'require': ['iss', 'aud', 'exp', 'iat', *kind.claims],
                    'strict_aud': True,
                    'verify_exp': False,
                    'verify_iat': False,
                    'verify_nbf': False,
                },
            )
        except jwt.PyJWTError as error:
            raise InvalidToken('The token is not ours.') from error
        self._check_times(claims, at_any_time=at_any_time)
        if not all(isinstance(claims[name], str) for name in kind.claims):
            raise InvalidToken('A claim is not text.')
        return claims

    def _public_key(self, header: dict[str, Any], kind: TokenKind) -> Ed25519PublicKey:
        """Find the key by `kid` among those we trust; a token never brings its key along."""
        key = self.keys.find(header.get('kid'))
        if header.get('typ') != kind.type or key is None:
            raise InvalidToken('The token is of another type or key.')
        return key

    def _check_times(self, claims: dict[str, Any], *, at_any_time: bool) -> None:
        times = [claims['iat'], claims['exp'], claims.get('nbf', 0)]
        if not all(type(time) is int for time in times):
            raise InvalidToken('A time is not a whole number.')
        if at_any_time:
            return
        now = self.clock()
        if max(claims['iat'], claims.get('nbf', 0)) > now + CLOCK_SKEW_SECONDS:
            raise InvalidToken('The token is not valid yet.')
        if claims['exp'] <= now:
            raise InvalidToken('The token has expired.')


def key_id_of(token: str) -> str | None:
    """Return which key a token says it is signed with; nothing about it is verified yet."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        return None
    key_id = header.get('kid')
    return key_id if isinstance(key_id, str) and header.get('alg') == ALGORITHM else None
