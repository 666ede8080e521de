"""Server-side rendering: a page request that carries the refresh cookie brings its user along.

No browser sends an access token with a page request. So the server refreshes on its behalf, renders
with the new access token, and hands the rotated cookie back with whatever is answered. The access
token stays here; the page gets one of its own as soon as its script runs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, field

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..backend import AuthBackend
from ..caller import Caller
from ..errors import AuthError, DatabaseUnavailable, SessionEnded
from ..identity import Identity, IssuedSession
from . import presented

# Set by the browser's half while the server has not heard of a logout (pending_logout.js).
LOGOUT_PENDING_COOKIE = '__Host-logout-pending'

_VISITOR = 'auth.visitor'  # where in the ASGI scope it is

# What a browser says of a page that a person opens from here, or by typing, or by reloading (Fetch
# Metadata). A link on another site comes without the cookie, and with `cross-site`.
_OF_A_VISIT = {
    'sec-fetch-dest': {'document'},
    'sec-fetch-mode': {'navigate'},
    'sec-fetch-site': {'same-origin', 'none'},
}
# A page that is fetched in case somebody might go there (Fetch, 5.7) is no visit.
_OF_A_PREFETCH = ('sec-purpose', 'purpose', 'x-moz')


@dataclass(frozen=True)
class Visitor:
    """Whom a page is rendered for, and the access token to fetch this user's data with."""

    identity: Identity
    access_token: str = field(repr=False)


def visitor(request: Request) -> Visitor | None:
    """Return who asks for this page; `None` leaves it to the page's script to find out."""
    found: Visitor | None = request.scope.get(_VISITOR)
    return found


class RefreshOnVisit:
    """An ASGI application around one that renders pages and answers its own errors.

    Requests for `paths` refresh; everything else passes untouched: other methods, prefetches,
    frames, files, sockets.
    """

    def __init__(self, app: ASGIApp, backend: AuthBackend, paths: Collection[str]) -> None:
        self._app = app
        self._backend = backend
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; on a visit, with the session's current cookie on the answer."""
        issued = await self._refresh(Request(scope)) if self._is_visit(scope) else None
        if issued is None:
            await self._app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message['type'] == 'http.response.start':
                more = await self._cookie_headers(issued)
                message['headers'] = [*message.get('headers', []), *more]
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _is_visit(self, scope: Scope) -> bool:
        if scope['type'] != 'http' or scope['method'] != 'GET' or scope['path'] not in self._paths:
            return False
        headers = Request(scope).headers
        says_so = all(headers.get(name) in values for name, values in _OF_A_VISIT.items())
        return says_so and not any(name in headers for name in _OF_A_PREFETCH)

    async def _refresh(self, request: Request) -> IssuedSession | None:
        """Refresh, and note whom for; whatever is wrong, the page's script will be told why."""
        backend = self._backend
        jar = backend.cookie.read(request)
        if not jar or LOGOUT_PENDING_COOKIE in request.cookies:
            return None
        address = request.client.host if request.client else ''
        try:
            refreshed = await presented.refresh(backend, Caller(jar, '', address))
            token = backend.access_tokens.issue(refreshed.issued.identity)
            identity = await presented.identify(backend, token, jar=None)
        except AuthError:
            return None
        request.scope[_VISITOR] = Visitor(identity, token)
        return refreshed.issued

    async def _cookie_headers(self, issued: IssuedSession) -> list[tuple[bytes, bytes]]:
        """Hand the cookie on, unless rendering took so long that somebody has signed out meanwhile.

        The browser may hold the cookie of another session by now, and this one must not replace it.
        """
        with contextlib.suppress(DatabaseUnavailable):
            try:
                session_id = issued.identity.session_id
                await run_in_threadpool(self._backend.sessions.require_living, session_id)
            except SessionEnded:
                return []
        answer = Response()
        self._backend.cookie.set(answer, issued)
        return [(name, value) for name, value in answer.raw_headers if name == b'set-cookie']
