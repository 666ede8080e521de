"""A new password, and the end of the account. The forms go past Python here, as all passwords do."""

from __future__ import annotations

from nicegui import ui

from auth import Identity

from .auth_form import AuthForm
from .elements import Text
from .fields import new_password_field, password_field
from .this_page import this_page

NO_WAY_BACK = 'This signs you out everywhere, and cannot be undone.'


def security_card(me: Identity) -> None:
    """Draw both forms, on a private page."""
    min_characters = this_page().backend.password_min_characters
    with ui.element('section').classes('card wide').props('aria-labelledby=security-title'):
        Text('h2', 'Security').props('id=security-title')
        with ui.element('div').classes('columns'):
            AuthForm(
                'change_password',
                [
                    password_field('current_password', 'Current password'),
                    new_password_field('new_password', 'New password', min_characters),
                ],
                submit='Change password',
                account=me.email,
                done='The password is changed, and your other devices are signed out.',
            )
            AuthForm(
                'delete_account',
                [password_field('password', 'Your password, to delete the account', NO_WAY_BACK)],
                submit='Delete account',
                account=me.email,
            ).classes('danger')
