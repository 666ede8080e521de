"""What a signed-in browser calls: refresh, logout, the ticket that binds a page, the API."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from . import credentials
from .answers import me_out
from .cookie_answers import signed_out, token_set
from .dependencies import Backend, BearerToken, CallingBrowser, SignedIn
from .documented import ALWAYS, SIGNED_IN, THROTTLED
from .problems import MAX_BODY_BYTES, REFRESH_PATH
from .schemas import Me, Ticket, TicketRequest, TokenSet

router = APIRouter(max_body_size=MAX_BODY_BYTES, **ALWAYS)


@router.post(REFRESH_PATH, response_model=TokenSet, **THROTTLED)
async def refresh(backend: Backend, caller: CallingBrowser) -> Response:
    """Exchange the refresh cookie for a new access token. Raises `NoSession` without one."""
    return token_set(backend, await credentials.refresh(backend, caller))


@router.post('/auth/logout', status_code=HTTPStatus.NO_CONTENT)
async def logout(backend: Backend, caller: CallingBrowser, token: BearerToken) -> Response:
    """End the session of the cookie and of the access token, even an expired one; always 204."""
    await credentials.log_out(backend, caller, token)
    return signed_out(backend)


@router.post('/auth/socket-ticket', **SIGNED_IN)
async def socket_ticket(request: TicketRequest, identity: SignedIn, backend: Backend) -> Ticket:
    """Give the page a ticket with which its server side can be bound to this session."""
    ticket = backend.socket_tickets.issue(identity, request.client_id)
    return Ticket(ticket=ticket, expires_in=backend.socket_tickets.lifetime_seconds)


@router.get('/api/me', **SIGNED_IN)
async def me(identity: SignedIn) -> Me:
    """Return the protected resource: what the API knows about its caller."""
    return me_out(identity)
