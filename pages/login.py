"""The login page. The password goes from the form to the auth backend, past Python here."""

from __future__ import annotations

from nicegui import ui

from .auth_form import AuthForm, Field
from .elements import Box, Text
from .end_notice import EndNotice
from .place import Place

EMAIL = Field('email', 'Email', type='email', autocomplete='username')
PASSWORD = Field('password', 'Password', type='password', autocomplete='current-password')


def login_page() -> None:
    """Draw the login form."""
    with Place('/login', 'Sign in', signed_in=False).classes('narrow card'):
        Text('h1', 'Sign in')
        EndNotice()
        AuthForm('login', [EMAIL, PASSWORD], submit='Sign in')
        with Box('p', classes='aside'):
            Text('span', 'New here?')
            ui.link('Create an account', '/register')
