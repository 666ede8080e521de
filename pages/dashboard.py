"""The dashboard: who is signed in, and the life of the session made visible.

What Python knows is drawn here; what only the browser knows, the token above all, by the cards.
"""

from __future__ import annotations

from nicegui import ui

from auth import AuthBackend, Identity

from .cards import ApiCard, SessionCard, TokenCard, TraceCard
from .devices_card import DevicesCard
from .elements import Box, Text
from .page_session import PageSession
from .security_card import security_card


def dashboard_page(page: PageSession, identity: Identity, backend: AuthBackend) -> None:
    """Draw the dashboard for a living session's user."""
    ui.page_title('Dashboard')
    with Box('div', classes='dashboard signed-in-only'):
        with Box('div', classes='greeting'):
            Text('h1', identity.name)
            Text('p', identity.email)
        with Box('div', classes='cards'):
            SessionCard()
            ApiCard()
            TokenCard()
            TraceCard()
            DevicesCard(page, backend)
            security_card(identity, backend.password_min_characters)
