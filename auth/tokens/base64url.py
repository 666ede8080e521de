"""Base64 as URLs, cookies and JWKs have it: without padding (RFC 7515, 2)."""

from __future__ import annotations

import base64


def encode(value: bytes) -> str:
    """Return the text."""
    return base64.urlsafe_b64encode(value).rstrip(b'=').decode()


def decode(text: str) -> bytes:
    """Return the bytes. Raises `ValueError` if this is no such text."""
    return base64.urlsafe_b64decode(text + '==')
