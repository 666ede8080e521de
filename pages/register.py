"""The register page: an account, and signed in at once."""

from __future__ import annotations

from .auth_form import AuthForm, Field
from .elements import Text
from .login import EMAIL
from .navigation import Hint
from .place import Place


def register_page(password_min_characters: int) -> None:
    """Draw the form that creates an account."""
    fields = [
        Field('name', 'Name', autocomplete='name'),
        EMAIL,
        Field(
            'password',
            'Password',
            type='password',
            autocomplete='new-password',
            hint=f'At least {password_min_characters} characters. A few random words do well.',
            min_length=password_min_characters,
        ),
    ]
    with Place('/register', 'Create account', signed_in=False).classes('narrow card'):
        Text('h1', 'Create account')
        AuthForm('register', fields, submit='Create account')
        Hint('Have an account?', 'Sign in', '/login')
