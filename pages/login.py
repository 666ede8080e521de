"""The login page. The password goes from the form to the auth backend, past Python here."""

from __future__ import annotations

from .auth_form import AuthForm, Field
from .elements import Text
from .end_notice import EndNotice
from .navigation import Hint
from .place import Place

PATH = '/login'
TITLE = 'Sign in'
EMAIL = Field('email', 'Email', type='email', autocomplete='username')
PASSWORD = Field('password', 'Password', type='password', autocomplete='current-password')


def login_page(*, offers_account: bool) -> None:
    """Draw the login form."""
    with Place(PATH, TITLE, signed_in=False).classes('narrow card'):
        Text('h1', TITLE)
        EndNotice()
        AuthForm('login', [EMAIL, PASSWORD], submit=TITLE)
        if offers_account:
            Hint('New here?', 'Create an account', '/register')
