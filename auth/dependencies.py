"""What a route may ask for, as `Annotated` aliases, so that its signature reads as English.

They call one another as functions: to FastAPI each dependency of a dependency is work of its own
(measured: a tenth of what a refresh costs).
"""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from . import audit
from .backend import AuthBackend
from .caller import Caller
from .errors import InvalidAccessToken, SessionEnded
from .sessions import Identity


async def _backend(request: Request) -> AuthBackend:
    backend: AuthBackend = request.app.state.auth
    return backend


Backend = Annotated[AuthBackend, Depends(_backend)]


async def _caller(request: Request) -> Caller:
    backend = await _backend(request)
    user_agent = ''.join(filter(str.isprintable, request.headers.get('User-Agent', '')))
    address = request.client.host if request.client else ''
    return Caller(backend.cookie.read(request), user_agent, address)


CallingBrowser = Annotated[Caller, Depends(_caller)]


async def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    return token.strip() if scheme.lower() == 'bearer' else None


BearerToken = Annotated[str | None, Depends(_bearer_token)]


async def _signed_in(request: Request) -> Identity:
    backend, token = await _backend(request), await _bearer_token(request)
    if not token:
        raise InvalidAccessToken
    return await identify(backend, token, backend.cookie.read(request))


async def identify(backend: AuthBackend, token: str, jar: str | None) -> Identity:
    """Verify an access token *and* that its session lives: a token dies with its session.

    `jar` is the refresh cookie that came along, if any. Raises `InvalidAccessToken`, `SessionEnded`.
    """
    try:
        session_id = backend.access_tokens.session_id(token)
        return await run_in_threadpool(backend.sessions.require_living, session_id, jar)
    except InvalidAccessToken:
        audit.record('token_refused', level=logging.WARNING, why='invalid')
        raise
    except SessionEnded as error:
        audit.record('token_refused', why=error.reason)
        raise


SignedIn = Annotated[Identity, Depends(_signed_in)]
