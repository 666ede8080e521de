"""Real HTTP for what fetches: an ASGI application on a port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve it, and give the address; connections wait until it is ready."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan='off'))
    with socket.create_server(('127.0.0.1', 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={'sockets': [listener]})
        thread.start()
        try:
            yield f'http://127.0.0.1:{listener.getsockname()[1]}'
        finally:
            server.should_exit = True
            thread.join()


class Counted:
    """An application that remembers which paths it was asked for; `broken` takes its place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.paths: list[str] = []
        self.broken: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the request, and pass it on."""
        self.paths.append(scope['path'])
        await (self.broken or self._app)(scope, receive, send)
