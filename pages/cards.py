"""What of the dashboard is drawn entirely in the browser; Python gives it nothing."""

from __future__ import annotations

from .elements import Component


class Greeting(Component):
    """The user's name and e-mail address."""


class SessionCard(Component):
    """Signed in since, refresh count, time to the next silent refresh."""


class ApiCard(Component):
    """Calls the protected API and shows what came back."""


class TraceCard(Component):
    """What the token holders of all tabs have just done."""


class TokenCard(Component):
    """The access token, decoded, without its signature; raw only on demand."""
