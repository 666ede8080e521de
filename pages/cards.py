"""What of the dashboard is drawn entirely in the browser; Python gives it nothing."""

from __future__ import annotations

from .elements import Part


class Greeting(Part):
    """The user's name and e-mail address."""


class SessionCard(Part):
    """Signed in since, refresh count, time to the next silent refresh."""


class ApiCard(Part):
    """Calls the protected API and shows what came back."""


class TraceCard(Part):
    """What the token holders of all tabs have just done."""


class TokenCard(Part):
    """The access token, decoded, without its signature; raw only on demand."""
