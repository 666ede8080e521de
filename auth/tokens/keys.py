"""The server's secrets: where they lie, how they are made at first start, what they derive.

One master secret, for refresh tokens; the key pairs for signed tokens are in `signing_keys.py`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .secret_files import read_or_create
from .signing_keys import SigningKeys

MASTER_SECRET_BYTES = 32
CHECK_PURPOSE = 'check value 1'


@dataclass(frozen=True, repr=False)
class Keys:
    """The master secret and the signing keys, as `load_or_create_keys` found or made them."""

    master_secret: bytes
    signing: SigningKeys

    def derive(self, purpose: str) -> bytes:
        """Derive 32 bytes for one purpose (HKDF-SHA256, RFC 5869): purposes never share a key."""
        hkdf = HKDF(hashes.SHA256(), length=32, salt=None, info=purpose.encode())
        return hkdf.derive(self.master_secret)

    @property
    def check_value(self) -> str:
        """What tells this master secret from others, and nothing of what else it derives."""
        return self.derive(CHECK_PURPOSE).hex()


def load_or_create_keys(folder: Path) -> Keys:
    """Read the secrets in `folder`, making those that are not there yet (mode 0600).

    Raises `OSError` if the folder cannot be used, `ValueError` if a file in it is damaged.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / 'master.secret'
    master_secret = read_or_create(file, secrets.token_bytes(MASTER_SECRET_BYTES))
    if len(master_secret) != MASTER_SECRET_BYTES:
        raise ValueError(f'{file} does not hold {MASTER_SECRET_BYTES} bytes.')
    return Keys(master_secret, SigningKeys(folder))
