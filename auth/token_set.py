"""The answer to register, login and refresh: one token in the body, the other in the cookie."""

from __future__ import annotations

from fastapi import Response

from .backend import AuthBackend
from .schemas import SessionOut, TokenSet, UserOut
from .sessions import Identity, IssuedSession


def token_set(
    backend: AuthBackend, issued: IssuedSession, status_code: int = 200, outcome: str = 'started'
) -> Response:
    """Put the access token into the body and the refresh token into the cookie."""
    identity = issued.identity
    content = TokenSet(
        access_token=backend.access_tokens.issue(identity),
        expires_in=backend.access_tokens.lifetime_seconds,
        outcome=outcome,
        user=user_out(identity),
        session=SessionOut(
            id=identity.session_id,
            generation=issued.generation,
            signed_in_at=identity.signed_in_at,
        ),
    )
    # RFC 6749, 5.1: no cache may keep an answer with a token in it.
    headers = {'Cache-Control': 'no-store'}
    response = Response(content.model_dump_json(), status_code, headers, 'application/json')
    backend.cookie.set(response, issued)
    return response


def user_out(identity: Identity) -> UserOut:
    """Say who is signed in."""
    return UserOut(id=identity.user_id, name=identity.name, email=identity.email)
