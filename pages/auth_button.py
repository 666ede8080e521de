"""A button that calls one method of the token holder, in the browser."""

from __future__ import annotations

from typing import Literal

from .elements import Component


class AuthButton(Component):
    """Shows progress until the call has ended, or why it failed; cannot be pressed twice meanwhile."""

    def __init__(self, label: str, action: Literal['logout', 'logoutEverywhere']) -> None:
        super().__init__()
        self._props['label'] = label
        self._props['action'] = action
