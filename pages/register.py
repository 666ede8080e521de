"""The register page: an account, and signed in at once."""

from __future__ import annotations

from . import login
from .auth_form import AuthForm
from .elements import Text
from .fields import EMAIL, Field, new_password_field
from .navigation import Hint
from .place import Place

PATH = '/register'
TITLE = 'Create account'


def register_page(password_min_characters: int) -> None:
    """Draw the form that creates an account."""
    fields = [
        Field('name', 'Name', autocomplete='name'),
        EMAIL,
        new_password_field('password', 'Password', password_min_characters),
    ]
    with Place(PATH, TITLE, signed_in=False).classes('narrow card'):
        Text('h1', TITLE)
        AuthForm('register', fields, submit=TITLE)
        Hint('Have an account?', login.TITLE, login.PATH)
