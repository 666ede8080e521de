"""What a person does about their own account: the devices it is used on, its password, its end."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool

from .answers import device_out
from .cookie_answers import signed_out, token_set
from .dependencies import Backend, CallingBrowser, SignedIn
from .documented import ALWAYS, SIGNED_IN, SIGNED_IN_AND_THROTTLED, problems
from .problems import MAX_BODY_BYTES
from .schemas import DeletionForm, DeviceOut, PasswordForm, TokenSet

router = APIRouter(max_body_size=MAX_BODY_BYTES, **ALWAYS)


@router.get('/auth/sessions', **SIGNED_IN)
async def sessions(identity: SignedIn, backend: Backend) -> list[DeviceOut]:
    """List where the user is signed in, the session used last first."""
    devices = await run_in_threadpool(backend.devices.of_user, identity)
    return [device_out(device, identity) for device in devices]


@router.delete(
    '/auth/sessions/{session_id}',
    status_code=HTTPStatus.NO_CONTENT,
    **SIGNED_IN | problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND),
)
async def end_session(session_id: str, identity: SignedIn, backend: Backend) -> Response:
    """End one of the user's sessions."""
    await run_in_threadpool(backend.devices.end, identity, session_id)
    is_own = session_id == identity.session_id
    return signed_out(backend) if is_own else Response(status_code=HTTPStatus.NO_CONTENT)


@router.post('/auth/logout-all', status_code=HTTPStatus.NO_CONTENT, **SIGNED_IN)
async def log_out_everywhere(identity: SignedIn, backend: Backend) -> Response:
    """End every session of the user, this one too."""
    await run_in_threadpool(backend.security.log_out_everywhere, identity)
    return signed_out(backend)


@router.post('/auth/logout-others', status_code=HTTPStatus.NO_CONTENT, **SIGNED_IN)
async def log_out_others(identity: SignedIn, backend: Backend) -> None:
    """End every session of the user but this one."""
    await run_in_threadpool(backend.security.log_out_others, identity)


@router.post('/auth/password', response_model=TokenSet, **SIGNED_IN_AND_THROTTLED)
async def change_password(
    form: PasswordForm, identity: SignedIn, caller: CallingBrowser, backend: Backend
) -> Response:
    """Set a new password; the user's other sessions end, this one goes on with a new token."""
    issued = await backend.security.change_password(
        identity, form.current_password, form.new_password, caller
    )
    return token_set(backend, issued)


@router.post('/auth/delete-account', status_code=HTTPStatus.NO_CONTENT, **SIGNED_IN_AND_THROTTLED)
async def delete_account(
    form: DeletionForm, identity: SignedIn, caller: CallingBrowser, backend: Backend
) -> Response:
    """Delete the user with all that is known about them."""
    await backend.security.delete(identity, form.password, caller)
    return signed_out(backend)
