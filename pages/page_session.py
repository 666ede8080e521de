"""Who a page may act for. Python learns it from a redeemed socket ticket and from nothing else.

An open page outlives its session, and its handlers run for anyone who knows its id. So the binding
is dropped when the session ends, and asked for again whenever private data is drawn or changed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Literal, cast, get_args

from fastapi.concurrency import run_in_threadpool
from nicegui import Client, app

from auth import (
    AuthBackend,
    DatabaseUnavailable,
    Identity,
    InvalidSocketTicket,
    SessionEnded,
    record_event,
)

from .page_parts import PageParts

TABS_USER = 'auth.user_id'

State = Literal['loading', 'signed-in', 'signed-out', 'reconnecting']
TraceEvent = dict[str, Any]


class PageSession:
    """The binding of one open page: to nobody, until a ticket has been redeemed."""

    def __init__(self, backend: AuthBackend, client: Client) -> None:
        self.backend = backend
        self._client_id = client.id
        self._identity: Identity | None = None
        self._user_id: str | None = None  # of the first whom it was bound to
        self._bindings = 0  # counts binds and unbinds: of two at once, the later one holds
        self._listeners: list[Callable[[str, str], None]] = []
        self.event_lock = asyncio.Lock()  # events are looked at one by one, in the order they came
        self.parts = PageParts()
        self.state: State = 'loading'
        self.read_trace: Callable[[], Awaitable[list[TraceEvent]]] = _no_trace

    def note_state(self, state: object) -> None:
        """Take note of what the browser says about itself: good for display, never for authority."""
        if state in get_args(State):
            self.state = cast('State', state)

    def on_ended(self, listener: Callable[[str, str], None]) -> None:
        """Call `listener(session_id, reason)` when the session that the page is bound to has ended."""
        self._listeners.append(listener)

    def end(self, reason: str) -> None:
        """Act for nobody from now on, because the session is over."""
        session_id = self.session_id
        self.unbind()
        if session_id:
            for listener in self._listeners:
                listener(session_id, reason)

    async def bind(self, ticket: str) -> bool:
        """Redeem a ticket for this page; say whether the page is bound now.

        An open page serves one user; for another the browser loads the page anew: what the first one's
        handlers have started may still draw, and handlers of the page as a whole stay.
        """
        self._bindings += 1
        mine = self._bindings
        # What the browser sent before the ticket has been looked at by then.
        async with self.event_lock:
            if mine != self._bindings:
                return False
            try:
                identity = await self._redeem(ticket)
            except DatabaseUnavailable:
                return False  # whoever it was bound to is looked up each time
            self._identity = None
            if identity is None or mine != self._bindings:
                return False
            self._user_id = self._user_id or identity.user_id
            if identity.user_id != self._user_id:
                record_event('ticket_refused', level=logging.WARNING, why='another_user')
                return False
            if self._claim_tab(identity.user_id):
                self._identity = identity
            return self._identity is identity

    def _claim_tab(self, user_id: str) -> bool:
        """Clear `app.storage.tab` if it is another user's: it outlives pages.

        Say whether there is a tab: while the socket reconnects there is none.
        """
        client = Client.instances.get(self._client_id)
        if client is None or not client.has_socket_connection:
            return False
        with client:
            kept = app.storage.tab
        if kept.setdefault(TABS_USER, user_id) != user_id:
            kept.clear()
            kept[TABS_USER] = user_id
        return True

    async def _redeem(self, ticket: str) -> Identity | None:
        """Ask whom the ticket stands for. Raises `DatabaseUnavailable`."""
        redeem = self.backend.socket_tickets.redeem
        try:
            return await run_in_threadpool(redeem, ticket, self._client_id)
        except (InvalidSocketTicket, SessionEnded) as error:
            why = 'ended' if isinstance(error, SessionEnded) else 'invalid'
            record_event('ticket_refused', level=logging.WARNING, why=why)
            return None

    @property
    def session_id(self) -> str | None:
        """The session the page was bound to; it may have ended since (ask `identity`)."""
        return self._identity.session_id if self._identity else None

    @property
    def shown_session_id(self) -> str | None:
        """The session the page was bound to, if what it shows has been drawn for that one."""
        return self.session_id if self.session_id == self.parts.drawn_for else None

    def unbind(self) -> None:
        """Act for nobody."""
        self._bindings += 1
        self._identity = None

    async def identity(self) -> Identity | None:
        """Return whom the page may act for *now*: the session is looked up again each time.

        `None` also while the database does not answer; the page stays bound then.
        """
        require_living = self.backend.sessions.require_living
        bound = self._identity
        if bound is None:
            return None
        try:
            # Not NiceGUI's run.io_bound: that one swallows the cancellation of a page that is being
            # drawn, and the page would be drawn twice.
            await run_in_threadpool(require_living, bound.session_id)
        except SessionEnded as error:
            if self._identity is bound:
                self.end(error.reason)
        except DatabaseUnavailable:
            return None
        return self._identity if self._identity is bound else None

    async def may_act(self) -> bool:
        """Say whether the session lives that the page has been drawn for."""
        return await self.identity() is not None and self.shown_session_id is not None


async def _no_trace() -> list[TraceEvent]:
    return []
