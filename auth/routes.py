"""HTTP in, one service call, HTTP out."""

from __future__ import annotations

from fastapi import APIRouter, Response, status
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from . import audit
from .backend import AuthBackend
from .dependencies import Backend, BearerToken, Jar, PresentedRefreshToken, SignedIn
from .errors import InvalidAccessToken
from .problems import MAX_BODY_BYTES, REFRESH_PATH
from .schemas import (
    LoginForm,
    Me,
    RegisterForm,
    SessionOut,
    Ticket,
    TicketRequest,
    TokenSet,
    UserOut,
)
from .sessions import EndReason, Identity, IssuedSession

router = APIRouter(max_body_size=MAX_BODY_BYTES)


@router.post('/auth/register', status_code=status.HTTP_201_CREATED, response_model=TokenSet)
async def register(form: RegisterForm, backend: Backend, jar: Jar) -> Response:
    """Create an account and sign in."""
    issued = await backend.accounts.register(
        form.name, form.email, form.password, stay_signed_in=form.stay_signed_in, jar=jar
    )
    return _token_set(backend, issued, status.HTTP_201_CREATED)


@router.post('/auth/login', response_model=TokenSet)
async def login(form: LoginForm, backend: Backend, jar: Jar) -> Response:
    """Sign in; a session that this browser had before ends."""
    issued = await backend.accounts.log_in(
        form.email, form.password, stay_signed_in=form.stay_signed_in, jar=jar
    )
    return _token_set(backend, issued)


@router.post(REFRESH_PATH, response_model=TokenSet)
async def refresh(backend: Backend, token: PresentedRefreshToken) -> Response:
    """Exchange the refresh cookie for a new access token."""
    refreshed = await run_in_threadpool(backend.rotation.refresh, token)
    return _token_set(backend, refreshed.issued, outcome=refreshed.outcome)


@router.post('/auth/logout', status_code=status.HTTP_204_NO_CONTENT)
async def logout(backend: Backend, jar: Jar, token: BearerToken) -> Response:
    """End the session of the cookie and of the access token, even an expired one; always 204."""
    await run_in_threadpool(_end_presented, backend, jar, token)
    response = Response(status_code=status.HTTP_204_NO_CONTENT)
    backend.cookie.delete(response)
    return response


@router.post('/auth/socket-ticket')
async def socket_ticket(request: TicketRequest, identity: SignedIn, backend: Backend) -> Ticket:
    """Give the page a ticket with which its server side can be bound to this session."""
    ticket = backend.socket_tickets.issue(identity, request.client_id)
    return Ticket(ticket=ticket, expires_in=backend.socket_tickets.lifetime_seconds)


@router.get('/api/me')
async def me(identity: SignedIn) -> Me:
    """Return the protected resource: what the API knows about its caller."""
    message = f'Hello {identity.name}, this answer is for you alone.'
    return Me(user=_user(identity), session_id=identity.session_id, message=message)


@router.get('/.well-known/jwks.json')
async def jwks(backend: Backend) -> JSONResponse:
    """Publish the public keys (RFC 7517)."""
    return JSONResponse({'keys': [backend.signing_key.jwk]}, media_type='application/jwk-set+json')


@router.get('/healthz')
async def healthz(backend: Backend) -> dict[str, str]:
    """Say whether the server and its database are ready."""
    await run_in_threadpool(backend.database.ping)
    return {'status': 'ready'}


def _token_set(
    backend: AuthBackend, issued: IssuedSession, status_code: int = 200, outcome: str = 'started'
) -> Response:
    """Put the access token into the body and the refresh token into the cookie."""
    identity = issued.identity
    content = TokenSet(
        access_token=backend.access_tokens.issue(identity),
        expires_in=backend.access_tokens.lifetime_seconds,
        outcome=outcome,
        user=_user(identity),
        session=SessionOut(
            id=identity.session_id,
            generation=issued.generation,
            signed_in_at=identity.signed_in_at,
        ),
    )
    response = JSONResponse(content.model_dump(), status_code)
    backend.cookie.set(response, issued)
    return response


def _user(identity: Identity) -> UserOut:
    return UserOut(id=identity.user_id, name=identity.name, email=identity.email)


def _end_presented(backend: AuthBackend, jar: str | None, token: str | None) -> None:
    if jar:
        backend.sessions.end_by_refresh_token(jar, EndReason.LOGOUT)
    if token:
        try:
            session_id = backend.access_tokens.session_id(token, even_expired=True)
        except InvalidAccessToken:
            audit.record('logout_ignored', why='access token is not ours')
            return
        backend.sessions.end(session_id, EndReason.LOGOUT)
