"""A new password, and the end of the account. The forms go past Python here, as all passwords do."""

from __future__ import annotations

from auth import Identity

from .auth_form import AuthForm, Field
from .elements import Box, Text
from .this_page import this_page


def security_card(me: Identity) -> None:
    """Draw both forms, on a private page."""
    password_min_characters = this_page().backend.password_min_characters
    with Box('section', classes='card wide').props('aria-labelledby=security-title'):
        Text('h2', 'Security').props('id=security-title')
        with Box('div', classes='columns'):
            AuthForm(
                'change_password',
                [
                    _secret('current_password', 'Current password', 'current-password'),
                    Field(
                        'new_password',
                        'New password',
                        type='password',
                        autocomplete='new-password',
                        hint=f'At least {password_min_characters} characters.',
                        min_length=password_min_characters,
                    ),
                ],
                submit='Change password',
                account=me.email,
                done='The password is changed, and your other devices are signed out.',
            )
            AuthForm(
                'delete_account',
                [_secret('password', 'Your password, to delete the account', 'current-password')],
                submit='Delete account',
                account=me.email,
            ).classes('danger')


def _secret(name: str, label: str, autocomplete: str) -> Field:
    return Field(name, label, type='password', autocomplete=autocomplete)
