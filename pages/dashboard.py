"""The dashboard: who is signed in, and the life of the session made visible.

What only the browser knows, the token above all, it draws by itself and at once. What Python knows
it draws here, for a bound page.
"""

from __future__ import annotations

from nicegui import ui

from auth import Identity

from .cards import ApiCard, Greeting, SessionCard, TokenCard, TraceCard
from .devices_card import devices_card
from .elements import Text
from .place import Place
from .security_card import security_card
from .service_card import ServiceCard

PATH = '/dashboard'
TITLE = 'Dashboard'


def browsers_half(services: list[str]) -> None:
    """Draw what holds no private string, for every page's HTML."""
    with Place(PATH, TITLE, tag='div', signed_in=True).classes('dashboard'):
        Greeting()
        with ui.element('div').classes('cards'):
            SessionCard()
            ApiCard()
            if services:
                ServiceCard(services)
            TokenCard()
            TraceCard()


def pythons_half(identity: Identity) -> None:
    """Draw for a living session's user."""
    with ui.element('div').classes('cards'):
        _binding_card(identity)
        devices_card(identity)
        security_card(identity)


def _binding_card(identity: Identity) -> None:
    with ui.element('section').classes('card wide').props('aria-labelledby=binding-title'):
        Text('h2', 'The Python side').props('id=binding-title')
        Text(
            'p',
            f'Acts for {identity.name} here: a one-off ticket has bound this page to the session, '
            'and each action asks again whether that is alive.',
        )
