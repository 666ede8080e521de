"""Refuses cookies that take too long to read, before anything reads them.

`http.cookies` of Python before 3.11.10 and 3.12.6 takes a time quadratic in the backslashes of a value
(CVE-2024-7592), and FastAPI has all cookies read for each of its routes, on the event loop (measured:
60 KB, 9 s). Nobody needs so many: browsers and servers avoid them.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from .problems import http_problem

MAX_BACKSLASHES = 500  # 3 ms


class CookieLimit:
    """ASGI middleware for every route and socket of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless its cookies would keep everybody waiting."""
        app = self._app
        if scope['type'] != 'lifespan' and _backslashes(scope) > MAX_BACKSLASHES:
            is_socket = scope['type'] == 'websocket'
            app = WebSocketClose() if is_socket else http_problem(HTTPStatus.BAD_REQUEST)
        await app(scope, receive, send)


def _backslashes(scope: Scope) -> int:
    return sum(each.count('\\') for each in Headers(scope=scope).getlist('cookie'))
