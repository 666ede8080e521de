"""What a signed-in browser calls: refresh, logout, socket ticket, the API; and what anyone may read."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Response, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from . import audit
from .backend import AuthBackend
from .dependencies import Backend, BearerToken, CallingBrowser, SignedIn
from .documented import ALWAYS, SIGNED_IN, THROTTLED
from .errors import InvalidAccessToken, InvalidRefreshToken, NoSession, SessionEnded
from .problems import MAX_BODY_BYTES, REFRESH_PATH
from .rotation import Refreshed
from .schemas import Me, Ticket, TicketRequest, TokenSet
from .signing_keys import JWKS_MAX_AGE_SECONDS
from .token_set import token_set, user_out

router = APIRouter(max_body_size=MAX_BODY_BYTES, **ALWAYS)


@router.post(REFRESH_PATH, response_model=TokenSet, **THROTTLED)
async def refresh(backend: Backend, caller: CallingBrowser) -> Response:
    """Exchange the refresh cookie for a new access token. Raises `NoSession` without one."""
    if not caller.jar:
        raise NoSession
    refreshed = await run_in_threadpool(refresh_presented, backend, caller.jar, caller.address)
    return token_set(backend, refreshed.issued, outcome=refreshed.outcome)


@router.post('/auth/logout', status_code=status.HTTP_204_NO_CONTENT)
async def logout(backend: Backend, caller: CallingBrowser, token: BearerToken) -> Response:
    """End the session of the cookie and of the access token, even an expired one; always 204."""
    await run_in_threadpool(_end_presented, backend, caller.jar, token)
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    backend.cookie.delete(response)
    return response


@router.post('/auth/socket-ticket', **SIGNED_IN)
async def socket_ticket(request: TicketRequest, identity: SignedIn, backend: Backend) -> Ticket:
    """Give the page a ticket with which its server side can be bound to this session."""
    ticket = backend.socket_tickets.issue(identity, request.client_id)
    return Ticket(ticket=ticket, expires_in=backend.socket_tickets.lifetime_seconds)


@router.get('/api/me', **SIGNED_IN)
async def me(identity: SignedIn) -> Me:
    """Return the protected resource: what the API knows about its caller."""
    message = f'Hello {identity.name}, this answer is for you alone.'
    return Me(user=user_out(identity), session_id=identity.session_id, message=message)


class JwkSet(JSONResponse):
    """Public keys (RFC 7517)."""

    media_type = 'application/jwk-set+json'


@router.get('/.well-known/jwks.json', response_class=JwkSet)
async def jwks(backend: Backend) -> JwkSet:
    """Publish the public keys."""
    return JwkSet(
        {'keys': backend.signed_tokens.public_keys()},
        headers={'Cache-Control': f'max-age={JWKS_MAX_AGE_SECONDS}'},
    )


@router.get('/healthz')
async def healthz(backend: Backend) -> dict[str, str]:
    """Say whether the server and its database are ready."""
    await run_in_threadpool(backend.database.ping)
    return {'status': 'ready'}


def refresh_presented(backend: AuthBackend, token: str, address: str) -> Refreshed:
    """Refresh with what a browser at `address` has presented, and take note if that is refused.

    Raises `InvalidRefreshToken`, `SessionEnded` or `TooManyAttempts`.
    """
    try:
        with backend.throttle.refresh(address, lambda: backend.sessions.knows(token)):
            return backend.rotation.refresh(token)
    except InvalidRefreshToken:
        audit.record('refresh_refused', level=logging.WARNING, why='invalid')
        raise
    except SessionEnded as error:
        audit.record('refresh_refused', why=error.reason)
        raise


def _end_presented(backend: AuthBackend, jar: str | None, token: str | None) -> None:
    session_id = None
    if token:
        try:
            session_id = backend.access_tokens.session_id(token, even_expired=True)
        except InvalidAccessToken:
            audit.record('logout_ignored', why='access token is not ours')
    if jar or session_id:
        backend.sessions.end_presented(jar, session_id)
