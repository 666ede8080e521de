"""The server's secrets: where they lie, how they are made at first start, what they derive.

One master secret (for refresh tokens) and one Ed25519 key pair (for access tokens), in two files
that only their owner can read. Nothing here signs or verifies.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MASTER_SECRET_BYTES = 32
OWNER_ONLY = 0o600


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key pair; `key_id` is its RFC 7638 thumbprint, so it never needs storing."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> Ed25519PublicKey:
        """The half that may be published."""
        return self.private.public_key()

    @property
    def key_id(self) -> str:
        """The RFC 7638 thumbprint of the public key."""
        canonical = f'{{"crv":"Ed25519","kty":"OKP","x":"{self._x}"}}'
        return _base64url(hashlib.sha256(canonical.encode()).digest())

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
        return _base64url(self.public.public_bytes_raw())


@dataclass(frozen=True, repr=False)
class Keys:
    """The master secret and the signing key, as `load_or_create` found or made them."""

    master_secret: bytes
    signing: SigningKey

    def derive(self, purpose: str) -> bytes:
        """Derive 32 bytes for one purpose (HKDF-SHA256, RFC 5869): purposes never share a key."""
        hkdf = HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode())
        return hkdf.derive(self.master_secret)


def load_or_create(folder: Path) -> Keys:
    """Read the secrets in `folder`, making those that are not there yet (mode 0600).

    Raises `OSError` if the folder cannot be used, `ValueError` if a file in it is damaged.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    master_secret = _read_or_create(
        folder / 'master.secret', secrets.token_bytes(MASTER_SECRET_BYTES)
    )
    if len(master_secret) != MASTER_SECRET_BYTES:
        raise ValueError(f'{folder / "master.secret"} does not hold {MASTER_SECRET_BYTES} bytes.')
    return Keys(master_secret, _load_signing_key(folder / 'signing-key.pem'))


def _load_signing_key(path: Path) -> SigningKey:
    pem = _read_or_create(path, _new_pem())
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (TypeError, ValueError) as error:  # encrypted, or not PEM at all
        raise ValueError(f'{path} cannot be read as a private key.') from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f'{path} is not an Ed25519 key.')  # noqa: TRY004
    return SigningKey(private)


def _read_or_create(path: Path, content: bytes) -> bytes:
    """Write `content` unless the file exists; return what the file holds then.

    Linking a finished file into place means that two processes starting at once agree on one
    secret, and that a crash leaves no half-written one.
    """
    if not path.exists():
        draft = path.with_name(f'.{path.name}.{secrets.token_hex(8)}')
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, 'wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # the other process was first: its secret counts
        finally:
            draft.unlink()
    return path.read_bytes()


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b'=').decode()
