"""What of the dashboard is drawn entirely in the browser; Python gives it nothing."""

from __future__ import annotations

from nicegui.element import Element


class Greeting(Element, component='greeting.js'):
    """The user's name and e-mail address."""


class SessionCard(Element, component='session_card.js'):
    """Signed in since, refresh count, time to the next silent refresh."""


class ApiCard(Element, component='api_card.js'):
    """Calls the protected API and shows what came back."""


class TraceCard(Element, component='trace_card.js'):
    """What the token holders of all tabs have just done."""


class TokenCard(Element, component='token_card.js'):
    """The access token, decoded, without its signature; raw only on demand."""
