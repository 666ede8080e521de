"""Takes away a header that NiceGUI believes, whoever sends it.

`X-Forwarded-Prefix` says in front of which path NiceGUI's files are. With `//evil.example` in it, every
script of a page would come from there, with our own nonce on it (measured). No proxy has to say it: the
app is at the root of its origin (docs/operation.md).
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

_PREFIX = b'x-forwarded-prefix'


class NoForwardedPrefix:
    """An ASGI application around what must not hear of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but that."""
        if 'headers' in scope:
            scope['headers'] = [each for each in scope['headers'] if each[0] != _PREFIX]
        await self._app(scope, receive, send)
