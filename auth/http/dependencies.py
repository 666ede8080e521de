"""What a route may ask for, as `Annotated` aliases, so that its signature reads as English.

They call one another as functions: to FastAPI each dependency of a dependency is work of its own
(measured: a tenth of what a refresh costs).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from ..backend import AuthBackend
from ..caller import Caller
from ..identity import Identity
from .credentials import caller_of, identify


async def _backend(request: Request) -> AuthBackend:
    backend: AuthBackend = request.app.state.auth
    return backend


Backend = Annotated[AuthBackend, Depends(_backend)]


async def _caller(request: Request) -> Caller:
    return caller_of(request, await _backend(request))


CallingBrowser = Annotated[Caller, Depends(_caller)]


async def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get('Authorization', '').partition(' ')
    return token.strip() if scheme.lower() == 'bearer' else None


BearerToken = Annotated[str | None, Depends(_bearer_token)]


async def signed_in(request: Request) -> Identity:
    """Return who asks. Tests replace this one (`app.dependency_overrides[auth.signed_in]`)."""
    backend = await _backend(request)
    return await identify(backend, await _bearer_token(request), backend.cookie.read(request))


SignedIn = Annotated[Identity, Depends(signed_in)]
