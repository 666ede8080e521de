"""Server-side rendering: a page request that carries the refresh cookie brings its user along.

No browser sends an access token with a page request. So the server refreshes on its behalf, renders
with the new access token, and hands the rotated cookie back with whatever is answered. The access
token stays here; the page gets one of its own as soon as its script runs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..backend import AuthBackend
from ..errors import AuthError, DatabaseUnavailable
from ..identity import Identity, IssuedSession
from ..origins import origin_of
from ..sent_cookies import sent_cookies
from . import credentials

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


def logout_pending_cookies(pages_url: str, port: int | None) -> set[str]:
    """Name what the browser's half sets while the server has not heard of a logout.

    Cookies ignore ports, so it has that of the pages: as people type it, or as the request has it (a
    proxy may leave it out). Over http it comes without a prefix as well, for Safari. Over https a
    neighbour could set such a one for the whole domain.
    """
    public = urlsplit(origin_of(pages_url))
    names = {f'logout-pending-{each}' if each else 'logout-pending' for each in (public.port, port)}
    prefixes = ('__Host-', '') if public.scheme == 'http' else ('__Host-',)
    return {prefix + name for prefix in prefixes for name in names}


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
                headers = MutableHeaders(raw=list(message.get('headers', [])))
                headers['Cache-Control'] = 'no-store'  # it is about somebody, and has their cookie
                message['headers'] = [*headers.raw, *await self._cookie_headers(issued)]
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
        caller = credentials.caller_of(request, backend)
        pending = logout_pending_cookies(backend.pages_url, request.url.port)
        if not caller.refresh_token or pending & sent_cookies(request).keys():
            return None
        try:
            issued = await credentials.refresh(backend, caller)
        except AuthError:
            return None
        token = backend.access_tokens.issue(issued.identity)
        request.scope[_VISITOR] = Visitor(issued.identity, token)
        return issued

    async def _cookie_headers(self, issued: IssuedSession) -> list[tuple[bytes, bytes]]:
        """Hand the cookie on, unless rendering took so long that it is not the current one any more.

        The browser may hold that of another session by now, or a later one that another tab was
        given: this one must not replace it.
        """
        is_current = self._backend.held_tokens.is_current
        with contextlib.suppress(DatabaseUnavailable):
            token, session_id = issued.refresh_token, issued.identity.session_id
            if not await run_in_threadpool(is_current, token, session_id):
                return []
        answer = Response()
        self._backend.cookie.set(answer, issued)
        return [(name, value) for name, value in answer.raw_headers if name == b'set-cookie']
