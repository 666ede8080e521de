"""What shows that separate services take the same access tokens; drawn in the browser."""

from __future__ import annotations

from . import login
from .elements import Component
from .place import Place


class ServiceCard(Component):
    """Calls the services, and begins the experiment with a dying token."""

    def __init__(self, services: list[str]) -> None:
        super().__init__()
        self._props['services'] = services


class TokenAfterLogout(Component):
    """What a token still opened after its session had ended; nothing without the experiment."""


def token_after_logout() -> None:
    """Draw it below the login form."""
    with Place(login.PATH, login.TITLE, tag='div', signed_in=False):
        TokenAfterLogout()
