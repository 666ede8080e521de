"""Files for what has been drawn for a session get to their handler only through here.

NiceGUI takes them over HTTP, not over the page's socket, from whoever knows the page's id. So the
request has to bring the refresh cookie of that session, which has to live.
"""

from __future__ import annotations

import logging
import re

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from nicegui import Client, ui
from starlette.types import ASGIApp, Receive, Scope, Send

from auth import CLIENT_HEADER, record_event

from .page_session import PageSessions

_UPLOAD = re.compile(r'/_nicegui/client/([^/]+)/upload/(\d+)')


def send_client_header_with_uploads() -> None:
    """Have each `ui.upload` send the header that whatever changes something must have."""
    header = f'[{{name: "{CLIENT_HEADER}", value: "nicegui"}}]'
    ui.upload.default_props(f":headers='{header}'")


class UploadGuard:
    """An ASGI application around NiceGUI."""

    def __init__(self, app: ASGIApp, sessions: PageSessions) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it before any of the file is read."""
        upload = _UPLOAD.fullmatch(scope['path']) if scope['type'] == 'http' else None
        app = self._app
        if upload and not await self._may_upload(Request(scope), upload[1], int(upload[2])):
            app = Response(status_code=403)
        await app(scope, receive, send)

    async def _may_upload(self, request: Request, client_id: str, element_id: int) -> bool:
        """Ask whose browser it is. Raises `DatabaseUnavailable`."""
        client = Client.instances.get(client_id)
        element = client.elements.get(element_id) if client else None
        if client is None or element is None:
            return True  # there is nothing
        page, backend = self._sessions.of(client), self._sessions.backend
        if page.parts.are_everybodys(element_id):
            return True
        jar, is_current = backend.cookie.read(request), backend.sessions.is_current
        session_id = page.session_id if page.session_id == page.parts.drawn_for else None
        if session_id is not None and await run_in_threadpool(is_current, jar, session_id):
            return True
        what, session = type(element).__name__, session_id or 'none'
        record_event('page_denied', level=logging.WARNING, what=what, session=session)
        return False
