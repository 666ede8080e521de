"""The bindings of all open pages in this process, and the watch over the sessions they are bound to."""

from __future__ import annotations

import asyncio
import contextlib
from weakref import WeakKeyDictionary

from fastapi.concurrency import run_in_threadpool
from nicegui import Client, app

from auth import AuthBackend, DatabaseUnavailable

from .page_session import PageSession

# Ends that another process has caused, or the clock, are found by looking.
LOOK_INTERVAL_SECONDS = 1.0


class PageSessions:
    """The bindings of all open pages in this process."""

    def __init__(self, backend: AuthBackend) -> None:
        self.backend = backend
        self._of_client: WeakKeyDictionary[Client, PageSession] = WeakKeyDictionary()
        self._loop: asyncio.AbstractEventLoop | None = None
        app.state.page_sessions = self
        backend.sessions.on_ended(self._on_session_ended)

    def of(self, client: Client) -> PageSession:
        """Return the binding of a page, made at its first mention."""
        self._loop = asyncio.get_running_loop()
        if client not in self._of_client:
            self._of_client[client] = PageSession(self.backend, client)
        return self._of_client[client]

    def watch(self) -> None:
        """Look for ended sessions every second as long as NiceGUI runs."""
        app.timer(LOOK_INTERVAL_SECONDS, self.look)

    async def look(self) -> None:
        """Unbind the pages whose sessions have ended, wherever and however."""
        bound = {page.session_id for page in self._of_client.values() if page.session_id}
        if not bound:
            return
        with contextlib.suppress(DatabaseUnavailable):
            ended_among = self.backend.sessions.ended_among
            for session_id, reason in (await run_in_threadpool(ended_among, list(bound))).items():
                self._end_all(session_id, reason)

    def _on_session_ended(self, session_id: str, reason: str) -> None:
        """Unbind the session's pages at once; called from whichever thread ended it."""
        if self._loop:
            self._loop.call_soon_threadsafe(self._end_all, session_id, reason)

    def _end_all(self, session_id: str, reason: str) -> None:
        for page in list(self._of_client.values()):
            if page.session_id == session_id:
                page.end(reason)
