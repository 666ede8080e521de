"""The answer to register, login and refresh: one token in the body, the other in the cookie."""

from __future__ import annotations

from fastapi import Response

from ..backend import AuthBackend
from ..identity import IssuedSession
from .answers import tokens_out


def token_set(backend: AuthBackend, issued: IssuedSession, status_code: int = 200) -> Response:
    """Put the access token into the body and the refresh token into the cookie."""
    content = tokens_out(backend, issued)
    # RFC 6749, 5.1: no cache may keep an answer with a token in it.
    headers = {'Cache-Control': 'no-store'}
    response = Response(content.model_dump_json(), status_code, headers, 'application/json')
    backend.cookie.set(response, issued)
    return response
