"""Another server's public keys, fetched from its JWKS and kept for as long as it says.

A `kid` that is not among them may be of a key that is new, so it is looked up once more; but strangers
can invent as many as they like, so that happens once in a while, for all who ask together.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .. import audit
from ..errors import VerificationUnavailable
from ..tokens import base64url
from ..tokens.signing_keys import MAX_PUBLISHED_KEYS
from .json_fetch import FetchFailed, JsonAddress

# Between two fetches, whoever asks for what; the second while there is no key at all.
COOL_DOWN_SECONDS = 5
FIRST_COOL_DOWN_SECONDS = 1
# If the server does not say how long its keys are good, and the longest that it may say.
DEFAULT_MAX_AGE_SECONDS = 300
MAX_KEYS_AGE_SECONDS = 3600


class FetchedKeys:
    """The keys at an address. `clock` gives seconds that never go back.

    If they cannot be fetched again, they stay good for `keep_seconds` after they were fetched last.
    """

    def __init__(
        self, address: JsonAddress, keep_seconds: float, clock: Callable[[], float]
    ) -> None:
        self._address = address
        self._keep_seconds = keep_seconds
        self._clock = clock
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._fetched_at = self._fresh_until = self._tried_at = -math.inf
        self._running: asyncio.Task[None] | None = None

    def find(self, key_id: object) -> Ed25519PublicKey | None:
        """Return the key of this name, if it is known."""
        return self._keys.get(key_id) if isinstance(key_id, str) else None

    async def look_up(self, key_id: str) -> None:
        """Fetch if that is due, or the name unknown. Raises `VerificationUnavailable`."""
        if self._clock() >= self._fresh_until or key_id not in self._keys:
            await self._fetch_together()
        if self._clock() >= max(self._fresh_until, self._fetched_at + self._keep_seconds):
            self._keys = {}
            raise VerificationUnavailable('no keys', math.ceil(max(1, self._cooling_seconds)))

    @property
    def _cooling_seconds(self) -> float:
        wait = COOL_DOWN_SECONDS if self._keys else FIRST_COOL_DOWN_SECONDS
        return self._tried_at + wait - self._clock()

    async def _fetch_together(self) -> None:
        """Let all who need it wait for one fetch. One of them may go away; the fetch goes on."""
        if self._running is None:
            if self._cooling_seconds > 0:
                return
            self._running = asyncio.create_task(self._fetch())
        await asyncio.shield(self._running)

    async def _fetch(self) -> None:
        try:
            answer = await self._address.fetch()
            keys = _keys_in(answer.content)
        except FetchFailed as error:
            audit.record('keys_not_fetched', level=logging.WARNING, why=str(error))
        else:
            stated = answer.max_age_seconds
            max_age = DEFAULT_MAX_AGE_SECONDS if stated is None else stated
            self._keys, self._fetched_at = keys, self._clock()
            self._fresh_until = self._fetched_at + min(max_age, MAX_KEYS_AGE_SECONDS)
            audit.record('keys_fetched', keys=len(keys))
        finally:
            self._tried_at, self._running = self._clock(), None


def _keys_in(content: Any) -> dict[str, Ed25519PublicKey]:
    """Return the Ed25519 keys of a JWKS by name, leaving others out. Raises `FetchFailed`."""
    entries = content.get('keys') if isinstance(content, dict) else None
    if not isinstance(entries, list) or len(entries) > MAX_PUBLISHED_KEYS:
        raise FetchFailed('no_jwks')
    keys = {jwk['kid']: _public_key(jwk) for jwk in entries if _is_ed25519(jwk)}
    if not keys:
        raise FetchFailed('no_keys')
    return keys


def _is_ed25519(jwk: Any) -> bool:
    return (
        isinstance(jwk, dict)
        and (jwk.get('kty'), jwk.get('crv')) == ('OKP', 'Ed25519')
        and (jwk.get('use', 'sig'), jwk.get('alg', 'EdDSA')) == ('sig', 'EdDSA')
        and isinstance(jwk.get('kid'), str)
        and isinstance(jwk.get('x'), str)
    )


def _public_key(jwk: dict[str, str]) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64url.decode(jwk['x']))
    except ValueError as error:
        raise FetchFailed('no_key') from error
