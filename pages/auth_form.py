"""Native forms that the browser sends itself: NiceGUI inputs would put every key on the socket."""

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


EMAIL = Field('email', 'Email', type='email', autocomplete='username')


def password_field(name: str, label: str) -> Field:
    """Return the field for a password that somebody has."""
    return Field(name, label, type='password', autocomplete='current-password')


def new_password_field(name: str, label: str, min_characters: int) -> Field:
    """Return the field for one that has to meet the backend's rules."""
    hint = f'At least {min_characters} characters. A few random words do well.'
    return Field(name, label, type='password', autocomplete='new-password', hint=hint)


Action = Literal['login', 'register', 'change_password', 'delete_account']


class AuthForm(Element, component='auth_form.js'):
    """Fields, and a button that hands their values to the token holder to do `action`.

    `account` is whose password it is about, for password managers, where the form does not ask for
    it; `done` is what to say afterwards, where the person stays on the page.
    """

    def __init__(
        self, action: Action, fields: list[Field], *, submit: str, account: str = '', done: str = ''
    ) -> None:
        super().__init__()
        self._props['action'] = action
        self._props['sign-in'] = action in {'login', 'register'}
        self._props['fields'] = [asdict(field) for field in fields]
        self._props['submit-label'] = submit
        self._props['account'] = account
        self._props['done'] = done
