"""Registering and signing in."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from .cookie_answers import token_set
from .dependencies import Backend, CallingBrowser
from .documented import ALWAYS, REGISTERING, THROTTLED
from .problems import MAX_BODY_BYTES
from .schemas import LoginForm, RegisterForm, TokenSet

router = APIRouter(max_body_size=MAX_BODY_BYTES, **ALWAYS)


@router.post(
    '/auth/register', status_code=HTTPStatus.CREATED, response_model=TokenSet, **REGISTERING
)
async def register(form: RegisterForm, backend: Backend, caller: CallingBrowser) -> Response:
    """Create an account and sign in."""
    issued = await backend.registration.register(
        form.name, form.email, form.password, caller, stay_signed_in=form.stay_signed_in
    )
    return token_set(backend, issued, HTTPStatus.CREATED)


@router.post('/auth/login', response_model=TokenSet, **THROTTLED)
async def login(form: LoginForm, backend: Backend, caller: CallingBrowser) -> Response:
    """Sign in; a session that this browser had before ends."""
    issued = await backend.login.log_in(
        form.email, form.password, caller, stay_signed_in=form.stay_signed_in
    )
    return token_set(backend, issued)
