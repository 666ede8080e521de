"""The key pairs that sign tokens, in one folder: the one in use, the next one, those before.

A key's file name says from when on it signs. A new one is published before that, so that services
which keep the public keys for a while know it in time; the one before stays good for as long as the
tokens it has signed. So a rotation signs nobody out, and no server has to be started again.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .. import audit
from . import base64url
from .secret_files import read_or_create

# How long others may keep the public keys before they ask again.
JWKS_MAX_AGE_SECONDS = 300
# No server may give tokens a longer life; so whoever deletes a key need not know theirs.
MAX_TOKEN_SECONDS = 86_400
# Rotated each hour, there are 26.
MAX_PUBLISHED_KEYS = 50
FIRST_FILE = 'signing-key.pem'
_FILE = re.compile(r'signing-key(?:-(\d+))?\.pem')
# Two changes of a folder within one tick of the file system's clock look like one.
SETTLED_AFTER_SECONDS = 2
# Files that could not be read are left alone for so long: keys are asked for with each token.
LOOK_AGAIN_SECONDS = 1


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key pair; `key_id` is its RFC 7638 thumbprint. It signs from `starts_at` on."""

    private: Ed25519PrivateKey
    starts_at: int
    path: Path

    @cached_property
    def public(self) -> Ed25519PublicKey:
        """The half that may be published."""
        return self.private.public_key()

    @cached_property
    def key_id(self) -> str:
        """The RFC 7638 thumbprint of the public key."""
        canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{self._x}"}}'
        return base64url.encode(hashlib.sha256(canonical.encode()).digest())

    @property
    def jwk(self) -> dict[str, str]:
        """The public key as RFC 8037 writes it."""
        return {
            'kty': 'OKP',
            'crv': 'Ed25519',
            'x': self._x,
            'kid': self.key_id,
            'use': 'sig',
            'alg': 'EdDSA',
        }

    @property
    def _x(self) -> str:
        return base64url.encode(self.public.public_bytes_raw())


class SigningKeys:
    """The keys in `folder`, the oldest first; read again whenever the folder has changed."""

    def __init__(self, folder: Path) -> None:
        """Read them; make the first one if there is none.

        Raises `OSError` if the folder cannot be used, `ValueError` if a file in it is damaged.
        """
        self._folder = folder
        self._failed_at: float | None = None
        if not _key_files(folder):
            read_or_create(folder / FIRST_FILE, _new_pem())
        self._read()

    def active(self, now: float) -> SigningKey:
        """Return the key to sign with at this time, in Unix seconds."""
        self._look(now)
        return next((key for key in reversed(self._keys) if key.starts_at <= now), self._keys[0])

    def published(self, now: float, longest_seconds: float) -> list[SigningKey]:
        """Return the keys whose tokens are good: each for so long after the next one has started."""
        self._look(now)
        return [
            key
            for key, successor in pairwise([*self._keys, None])
            if key and (successor is None or now < successor.starts_at + longest_seconds)
        ]

    def find(self, key_id: object, now: float, longest_seconds: float) -> SigningKey | None:
        """Return the published key of this name, if there is one."""
        return next((k for k in self.published(now, longest_seconds) if k.key_id == key_id), None)

    def rotate(self, now: float) -> SigningKey:
        """Add a key that signs as soon as everybody knows it; delete those that no token needs.

        Raises `OSError` if the folder cannot be written to, `ValueError` if there are too many keys.
        """
        needed = self.published(now, MAX_TOKEN_SECONDS)
        if len(needed) >= MAX_PUBLISHED_KEYS:
            raise ValueError(f'There are {len(needed)} keys whose tokens may not have expired yet.')
        for key in self._keys:
            if key not in needed:
                key.path.unlink(missing_ok=True)
        starts_at = int(now) + JWKS_MAX_AGE_SECONDS
        read_or_create(self._folder / f'signing-key-{starts_at}.pem', _new_pem())
        self._read()
        audit.record('key_added', key=self._keys[-1].key_id, starts_at=starts_at)
        return self._keys[-1]

    def _look(self, now: float) -> None:
        """Read again if something may have changed; keep to the known keys if they are unreadable."""
        failed_at = self._failed_at  # read once: other threads look, too
        if failed_at is not None and abs(now - failed_at) < LOOK_AGAIN_SECONDS:
            return
        try:
            if self._is_settled and self._folder.stat().st_mtime_ns == self._changed_ns:
                return
            self._read()
            self._failed_at = None
        except (OSError, ValueError) as error:
            if failed_at is None:
                audit.record('keys_unreadable', level=logging.ERROR, why=type(error).__name__)
                logging.getLogger('auth').warning('The keys known so far stay in use: %s', error)
            self._failed_at = now

    def _read(self) -> None:
        changed_ns = self._folder.stat().st_mtime_ns
        keys = [_load(path) for path in _key_files(self._folder)]
        if not keys:
            raise FileNotFoundError(f'{self._folder} holds no signing key.')
        self._keys = sorted(keys, key=lambda key: key.starts_at)
        self._changed_ns = changed_ns
        self._is_settled = time.time_ns() - changed_ns > SETTLED_AFTER_SECONDS * 1_000_000_000


def _key_files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if _FILE.fullmatch(path.name)]


def _load(path: Path) -> SigningKey:
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (TypeError, ValueError) as error:  # encrypted, or not PEM at all
        raise ValueError(f'{path} cannot be read as a private key.') from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f'{path} is not an Ed25519 key.')  # noqa: TRY004
    match = _FILE.fullmatch(path.name)
    return SigningKey(private, int(match[1] or 0) if match else 0, path)


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
