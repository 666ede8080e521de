"""What a request brings along, refresh cookie and access token, and what that is good for.

REST (`dependencies.py`, `session_routes.py`) and GraphQL (`graphql/schema.py`) both ask here.
"""

from __future__ import annotations

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from .. import audit
from ..backend import AuthBackend
from ..caller import Caller
from ..errors import InvalidAccessToken, NoAccessToken, NoSession
from ..identity import Identity, IssuedSession


def caller_of(request: Request, backend: AuthBackend) -> Caller:
    """Say which browser a request came from, as far as the request shows it."""
    user_agent = ''.join(filter(str.isprintable, request.headers.get('User-Agent', '')))
    address = request.client.host if request.client else ''
    return Caller(backend.cookie.read(request), user_agent, address)


async def identify(
    backend: AuthBackend, access_token: str | None, refresh_token: str | None
) -> Identity:
    """Verify the access token *and* that its session lives: a token dies with its session.

    Raises `NoAccessToken`, `InvalidAccessToken`, or `SessionEnded`.
    """
    if not access_token:
        raise NoAccessToken
    with audit.recording_refusal('token_refused'):
        session_id = backend.access_tokens.session_id(access_token)
        return await run_in_threadpool(backend.sessions.require_living, session_id, refresh_token)


async def refresh(backend: AuthBackend, caller: Caller) -> IssuedSession:
    """Exchange the refresh cookie for the next.

    Raises `NoSession` without one, `InvalidRefreshToken`, `SessionEnded`, or `TooManyAttempts`.
    """
    if not caller.refresh_token:
        raise NoSession
    return await run_in_threadpool(_refresh, backend, caller.refresh_token, caller.address)


async def log_out(backend: AuthBackend, caller: Caller, access_token: str | None) -> None:
    """End the session of the cookie and of the access token, even an expired one."""
    await run_in_threadpool(_log_out, backend, caller.refresh_token, access_token)


def _refresh(backend: AuthBackend, token: str, address: str) -> IssuedSession:
    with (
        audit.recording_refusal('refresh_refused'),
        backend.throttle.refresh(address, lambda: backend.sessions.knows(token)),
    ):
        return backend.rotation.refresh(token)


def _log_out(backend: AuthBackend, refresh_token: str | None, access_token: str | None) -> None:
    session_id = None
    if access_token:
        try:
            session_id = backend.access_tokens.session_id(access_token, at_any_time=True)
        except InvalidAccessToken:
            audit.record('logout_ignored', why='invalid')
    backend.sessions.log_out(refresh_token, session_id)
