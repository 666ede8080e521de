"""The page that is being drawn, or whose event is handled: its backend, and what its browser tells."""

from __future__ import annotations

from nicegui import app, context

from .page_session import PageSession, State, TraceEvent
from .page_sessions import PageSessions


def this_page() -> PageSession:
    """Return its binding."""
    sessions: PageSessions = app.state.page_sessions
    return sessions.of(context.client)


def auth_state() -> State:
    """Return where its browser says it stands: good for display, never for authority."""
    return this_page().state


async def auth_trace() -> list[TraceEvent]:
    """Return what the token holder in its browser did so far, oldest first; no secret is in it.

    Each event is `{at, tab, kind, detail}`, `at` in ms of the browser's clock. Raises `TimeoutError`
    if the browser does not answer.
    """
    return await this_page().read_trace()
