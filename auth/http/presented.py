"""What a request presents, cookie and access token, and what that is good for; whoever carries it.

REST (`dependencies.py`, `session_routes.py`) and GraphQL (`graphql/schema.py`) both ask here.
"""

from __future__ import annotations

import logging

from fastapi.concurrency import run_in_threadpool

from .. import audit
from ..backend import AuthBackend
from ..caller import Caller
from ..errors import (
    InvalidAccessToken,
    InvalidRefreshToken,
    NoAccessToken,
    NoSession,
    SessionEnded,
)
from ..identity import Identity
from ..sessions.rotation import Refreshed


async def identify(backend: AuthBackend, token: str | None, jar: str | None) -> Identity:
    """Verify the access token *and* that its session lives: a token dies with its session.

    Raises `NoAccessToken`, `InvalidAccessToken`, or `SessionEnded`.
    """
    if not token:
        raise NoAccessToken
    try:
        session_id = backend.access_tokens.session_id(token)
        return await run_in_threadpool(backend.sessions.require_living, session_id, jar)
    except InvalidAccessToken:
        audit.record('token_refused', level=logging.WARNING, why='invalid')
        raise
    except SessionEnded as error:
        audit.record('token_refused', why=error.reason)
        raise


async def refresh(backend: AuthBackend, caller: Caller) -> Refreshed:
    """Exchange the refresh cookie for the next.

    Raises `NoSession` without one, `InvalidRefreshToken`, `SessionEnded`, or `TooManyAttempts`.
    """
    if not caller.jar:
        raise NoSession
    return await run_in_threadpool(_refresh, backend, caller.jar, caller.address)


async def end(backend: AuthBackend, caller: Caller, token: str | None) -> None:
    """End the session of the cookie and of the access token, even an expired one."""
    await run_in_threadpool(_end, backend, caller.jar, token)


def _refresh(backend: AuthBackend, token: str, address: str) -> Refreshed:
    try:
        with backend.throttle.refresh(address, lambda: backend.sessions.knows(token)):
            return backend.rotation.refresh(token)
    except InvalidRefreshToken:
        audit.record('refresh_refused', level=logging.WARNING, why='invalid')
        raise
    except SessionEnded as error:
        audit.record('refresh_refused', why=error.reason)
        raise


def _end(backend: AuthBackend, jar: str | None, token: str | None) -> None:
    session_id = None
    if token:
        try:
            session_id = backend.access_tokens.session_id(token, even_expired=True)
        except InvalidAccessToken:
            audit.record('logout_ignored', why='access token is not ours')
    if jar or session_id:
        backend.sessions.end_presented(jar, session_id)
