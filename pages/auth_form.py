"""A native form that the browser sends itself: NiceGUI inputs would put every key on the socket."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from nicegui.element import Element


@dataclass(frozen=True)
class Field:
    """One labelled input. `autocomplete` is the HTML token that password managers go by."""

    name: str
    label: str
    autocomplete: str
    type: str = 'text'
    hint: str = ''
    min_length: int = 1


class AuthForm(Element, component='auth_form.js'):
    """Fields, the "Stay signed in" checkbox, and a button that calls `AuthClient.login` or so."""

    def __init__(
        self, action: Literal['login', 'register'], fields: list[Field], *, submit: str
    ) -> None:
        super().__init__()
        self._props['action'] = action
        self._props['fields'] = [asdict(field) for field in fields]
        self._props['submit-label'] = submit
