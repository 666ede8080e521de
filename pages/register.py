"""The register page: an account, and signed in at once."""

from __future__ import annotations

from . import login
from .auth_form import AuthForm, Field
from .elements import Text
from .navigation import Hint
from .place import Place

PATH = '/register'
TITLE = 'Create account'


def register_page(password_min_characters: int) -> None:
    """Draw the form that creates an account."""
    fields = [
        Field('name', 'Name', autocomplete='name'),
        login.EMAIL,
        Field(
            'password',
            'Password',
            type='password',
            autocomplete='new-password',
            hint=f'At least {password_min_characters} characters. A few random words do well.',
            min_length=password_min_characters,
        ),
    ]
    with Place(PATH, TITLE, signed_in=False).classes('narrow card'):
        Text('h1', TITLE)
        AuthForm('register', fields, submit=TITLE)
        Hint('Have an account?', login.TITLE, login.PATH)
