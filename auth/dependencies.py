"""What a route may ask for, as `Annotated` aliases, so that its signature reads as English."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from .backend import AuthBackend
from .caller import Caller
from .errors import InvalidAccessToken, NoSession
from .sessions import Identity


async def _backend(request: Request) -> AuthBackend:
    backend: AuthBackend = request.app.state.auth
    return backend


Backend = Annotated[AuthBackend, Depends(_backend)]


async def _jar(request: Request, backend: Backend) -> str | None:
    return backend.cookie.read(request)


Jar = Annotated[str | None, Depends(_jar)]


async def _caller(request: Request, jar: Jar) -> Caller:
    user_agent = ''.join(filter(str.isprintable, request.headers.get('User-Agent', '')))
    return Caller(jar, user_agent, request.client.host if request.client else '')


CallingBrowser = Annotated[Caller, Depends(_caller)]


async def _refresh_token(jar: Jar) -> str:
    if not jar:
        raise NoSession
    return jar


PresentedRefreshToken = Annotated[str, Depends(_refresh_token)]


async def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    return token.strip() if scheme.lower() == 'bearer' else None


BearerToken = Annotated[str | None, Depends(_bearer_token)]


async def _signed_in(backend: Backend, token: BearerToken, jar: Jar) -> Identity:
    """Verify the access token *and* that its session lives: a token dies with its session."""
    if not token:
        raise InvalidAccessToken
    session_id = backend.access_tokens.session_id(token)
    return await run_in_threadpool(backend.sessions.require_living, session_id, jar)


SignedIn = Annotated[Identity, Depends(_signed_in)]
