"""What the pages tell the token holder, in `<meta>` elements (auth/browser/start.js)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from auth import Renewal, Transport, exact_origin


@dataclass(frozen=True)
class BrowserSettings:
    """When to renew, how to speak to the backend, where that is, who else may have access tokens."""

    renewal: Renewal = 'visible'
    transport: Transport = 'rest'
    api: str = ''
    services: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Raises `ValueError` for what is no origin."""
        for origin in self.other_origins:
            exact_origin(origin)

    @property
    def other_origins(self) -> list[str]:
        """Where the browser calls, apart from the pages' own origin."""
        return [*filter(None, [self.api]), *self.services]

    def meta_elements(self) -> list[str]:
        """Write the HTML; what is not set is left out."""
        said = {
            'auth-renewal': self.renewal,
            'auth-transport': self.transport,
            'auth-api': self.api,
            'auth-services': ' '.join(self.services),
        }
        return [
            f'<meta name="{name}" content="{escape(text)}">' for name, text in said.items() if text
        ]
