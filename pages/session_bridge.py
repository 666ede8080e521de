"""The bridge between the token holder in the browser and the page's Python side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import background_tasks

from .elements import Component
from .page_session import PageSession, TraceEvent

# A browser with many busy tabs takes longer than the second that NiceGUI gives it.
ANSWER_TIMEOUT_SECONDS = 10


class SessionBridge(Component):
    """Tells Python who is signed in, by ticket, and the browser where to go.

    `private_paths` need a session; `entry_paths` are left as soon as there is one, for `home`.
    """

    def __init__(
        self,
        page: PageSession,
        *,
        private_paths: list[str],
        entry_paths: list[str],
        home: str,
        login: str,
        redraw: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__()
        self.page = page
        self._redraw = redraw
        self._props['private-paths'] = private_paths
        self._props['entry-paths'] = entry_paths
        self._props['home'] = home
        self._props['login'] = login
        self.on('ticket', lambda event: self.bind(event.args))
        self.on('auth_state', lambda event: page.note_state(event.args))
        self.on('signed_out', self.unbind)
        page.on_ended(self._tell_browser)
        page.read_trace = self._trace

    async def bind(self, ticket: object) -> None:
        """Draw for whoever the ticket stands for: for nobody, if it is not good."""
        await self.page.bind(ticket if isinstance(ticket, str) else '')
        await self._draw_for_identity()
        self.run_method('drawnFor', self.page.parts.drawn_for)

    async def unbind(self) -> None:
        """Draw for nobody."""
        self.page.unbind()
        await self._draw_for_identity()

    async def _trace(self) -> list[TraceEvent]:
        # `None` from a page that has been closed meanwhile.
        return list(await self.run_method('trace', timeout=ANSWER_TIMEOUT_SECONDS) or [])

    def _tell_browser(self, session_id: str, reason: str) -> None:
        """Let the token holder know, and take the drawing away."""
        self.run_method('ended', session_id, reason)
        background_tasks.create(self._draw_for_identity())

    async def _draw_for_identity(self) -> None:
        """Draw anew if somebody else is to see the page now; a form being filled in is left alone."""
        parts, identity = self.page.parts, await self.page.identity()
        session_id = identity.session_id if identity else None
        if parts.drawn_for == session_id:
            return
        if identity is None and self.page.shown_session_id:
            return  # the database did not answer
        try:
            parts.begin_anew(self.client, session_id)
        finally:
            with self.client:
                await self._redraw()
