"""The login page. The password goes from the form to the auth backend, past Python here."""

from __future__ import annotations

from .auth_form import AuthForm
from .elements import Text
from .end_notice import EndNotice
from .fields import EMAIL, password_field
from .navigation import Hint
from .place import Place

PATH = '/login'
TITLE = 'Sign in'


def login_page(*, offers_account: bool) -> None:
    """Draw the login form."""
    with Place(PATH, TITLE, signed_in=False).classes('narrow card'):
        Text('h1', TITLE)
        EndNotice()
        AuthForm('login', [EMAIL, password_field('password', 'Password')], submit=TITLE)
        if offers_account:
            Hint('New here?', 'Create an account', '/register')
