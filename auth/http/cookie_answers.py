"""The two answers that concern the refresh cookie: a token set, and that the session is over."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Response

from ..backend import AuthBackend
from ..identity import IssuedSession
from .answers import tokens_out


def token_set(
    backend: AuthBackend, issued: IssuedSession, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Put the access token into the body and the refresh token into the cookie."""
    content = tokens_out(backend, issued)
    # RFC 6749, 5.1: no cache may keep an answer with a token in it.
    headers = {'Cache-Control': 'no-store'}
    response = Response(content.model_dump_json(), status, headers, 'application/json')
    backend.cookie.set(response, issued)
    return response


def signed_out(backend: AuthBackend) -> Response:
    """Say nothing but that it is done, and delete the cookie."""
    response = Response(status_code=HTTPStatus.NO_CONTENT)
    backend.cookie.delete(response)
    return response
