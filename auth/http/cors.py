"""Lets pages of listed origins read our answers (CORS). It refuses nobody: `origin_guard.py` does."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ..api_paths import is_api_path
from ..origins import Origins
from .origin_guard import CLIENT_HEADER


class ListedOrigins:
    """ASGI middleware behind the guard: requests of origins that are not listed do not get here."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._with_cors = CORSMiddleware(
            app,
            allow_origins=origins.listed,
            allow_methods=['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
            allow_headers=['Authorization', 'Content-Type', CLIENT_HEADER],
            allow_credentials=True,
            expose_headers=['Retry-After'],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the headers to its answer."""
        await (self._with_cors if is_api_path(scope) else self._app)(scope, receive, send)
