"""Files for what has been drawn for a session get to their handler only through here.

NiceGUI takes them over HTTP, not over the page's socket, from whoever knows the page's id. So the
request has to bring the refresh cookie of that session, which has to live.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from nicegui import Client, ui
from starlette.types import ASGIApp, Receive, Scope, Send

from auth import CLIENT_HEADER

from .page_parts import record_denied
from .page_session import PageSession
from .page_sessions import PageSessions

HandleUploads = Callable[[ui.upload, list[Any]], Coroutine[Any, Any, None]]

_nicegui_handle_uploads: HandleUploads = ui.upload.handle_uploads

# As auth answers; this runs in NiceGUI's own app, which has no handler for `DatabaseUnavailable`.
_RETRY = {'Retry-After': '1'}
_BELOW = '/_nicegui/client/'
# Below the root path of the host, maybe.
_UPLOAD = re.compile(f'.*{_BELOW}([^/]+)/upload/([0-9]{{1,9}})')


def send_client_header_with_uploads() -> None:
    """Have each `ui.upload` send the header that whatever changes something must have."""
    header = f'[{{name: "{CLIENT_HEADER}", value: "nicegui"}}]'
    ui.upload.default_props(f":headers='{header}'")


class UploadGuard:
    """An ASGI application around NiceGUI, and a question before the handlers of each upload."""

    def __init__(self, app: ASGIApp, sessions: PageSessions) -> None:
        self._app = app
        self._sessions = sessions
        ui.upload.handle_uploads = _asking_again(sessions)  # type: ignore[assignment, method-assign]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it before any of the file is read."""
        path = scope['path'] if scope['type'] == 'http' else ''
        if _BELOW not in path:
            await self._app(scope, receive, send)
        elif not (upload := _UPLOAD.fullmatch(path)):  # a route's `$` lets a line break follow
            await Response(status_code=404)(scope, receive, send)
        else:
            await self._guard(upload[1], int(upload[2]), scope, receive, send)

    async def _guard(
        self, client_id: str, element_id: int, scope: Scope, receive: Receive, send: Send
    ) -> None:
        client = Client.instances.get(client_id)
        element = client.elements.get(element_id) if client else None
        if client is None or element is None:
            await Response(status_code=404)(scope, receive, send)
            return
        page = self._sessions.of(client)
        is_free = page.parts.is_everybodys(element_id)
        if is_free or await self._holds_session_of(page, Request(scope)):
            await self._app(scope, receive, send)
        else:
            record_denied(element, page.parts.drawn_for)
            await Response(status_code=403)(scope, receive, send)

    async def _holds_session_of(self, page: PageSession, request: Request) -> bool:
        """Ask whose browser it is. Raises `DatabaseUnavailable`."""
        backend, session_id = self._sessions.backend, page.shown_session_id
        if session_id is None:
            return False
        refresh_token = backend.cookie.read(request)
        return await run_in_threadpool(backend.held_tokens.is_renewable, refresh_token, session_id)


def _asking_again(sessions: PageSessions) -> HandleUploads:
    """A file may take its time: once it is whole, nobody gets it whose session has ended since."""

    async def handle_uploads(upload: ui.upload, files: list[Any]) -> None:
        page = sessions.of(upload.client)
        if page.parts.is_everybodys(upload.id) or await page.may_act():
            await _nicegui_handle_uploads(upload, files)
        elif page.shown_session_id:
            raise HTTPException(503, headers=_RETRY)  # the database did not answer
        else:
            record_denied(upload, page.parts.drawn_for)
            raise HTTPException(403)

    return handle_uploads
