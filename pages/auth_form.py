"""Native forms that the browser sends itself: NiceGUI inputs would put every key on the socket."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from .elements import Component
from .fields import Field

Action = Literal['login', 'register', 'change_password', 'delete_account']


class AuthForm(Component):
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
