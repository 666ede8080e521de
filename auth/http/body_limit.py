"""Refuses bodies that are too large before any of them is read, with a problem like all others.

FastAPI's own limit (`max_body_size`) stays on behind it for bodies that do not declare their size.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..api_paths import is_below
from .problems import MAX_BODY_BYTES, http_problem


class BodyLimit:
    """ASGI middleware for paths `below` these prefixes; the host's routes have their own limits."""

    def __init__(self, app: ASGIApp, below: tuple[str, ...]) -> None:
        self._app = app
        self._below = below

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it declares too much."""
        app = self._app
        if scope['type'] == 'http' and is_below(scope['path'], self._below):
            declared = Headers(scope=scope).get('content-length', '')
            if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
                app = http_problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await app(scope, receive, send)
