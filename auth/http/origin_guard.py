"""Refuses what another site lets a browser do here: CSRF, and sockets opened from elsewhere.

Whatever this lets through was sent by one of our own pages, by a page of a listed origin, or by a
program that is no browser. No token is needed for that: browsers say where a request comes from.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from .. import audit
from ..api_paths import is_below
from ..origins import Origins
from .problems import http_problem

# Any value will do. A page of another origin can set no such header without asking first (CORS),
# and an HTML form cannot at all.
CLIENT_HEADER = 'X-Requested-With'

_READING = frozenset({'GET', 'HEAD', 'OPTIONS'})
_ELSEWHERE = frozenset({'cross-site', 'same-site'})

# Why something is refused: the event in the log, by OWASP's vocabulary where it has a word for it.
_EVENTS = {
    'unknown_host': 'host_refused',
    'foreign_origin': 'malicious_cors',
    'foreign_site': 'malicious_cors',
    'no_origin': 'csrf_refused',
    'no_client_header': 'csrf_refused',
}
# What somebody who writes a client is told, where it is more than that strangers are refused.
_TITLES = {
    'no_origin': 'This call needs the header Origin, with our own origin or a listed one.',
    'no_client_header': f'This call needs the header {CLIENT_HEADER}, with any value.',
}


class OriginGuard:
    """ASGI middleware for every route and socket of the host application, whoever has added it.

    Programs need to prove nothing at `webhook_paths`, and below them. Pages of strangers are refused
    there as well: browsers say where those are.
    """

    def __init__(self, app: ASGIApp, origins: Origins, webhook_paths: Iterable[str] = ()) -> None:
        self._app = app
        self._origins = origins
        self._webhooks = tuple(f'{path.rstrip("/")}/' for path in webhook_paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it before anything has happened."""
        why = None if scope['type'] == 'lifespan' else self._why_refused(scope)
        app = self._app
        if why:
            audit.record(_EVENTS[why], level=logging.WARNING, why=why)
            is_misdirected = why == 'unknown_host'
            status = HTTPStatus.MISDIRECTED_REQUEST if is_misdirected else HTTPStatus.FORBIDDEN
            refusal = http_problem(status, _TITLES.get(why))
            app = WebSocketClose() if scope['type'] == 'websocket' else refusal
        await app(scope, receive, send)

    def _why_refused(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host, origin = headers.get('host', ''), headers.get('origin')
        scheme = scope['scheme'].replace('ws', 'http')  # a page's socket has the page's origin
        is_listed = origin in self._origins.listed
        if not self._origins.knows_host(host):
            return 'unknown_host'
        if origin is not None and not (is_listed or self._origins.is_own(origin, scheme, host)):
            return 'foreign_origin'
        if headers.get('sec-fetch-site') in _ELSEWHERE and not is_listed:
            return None if _follows_a_link(scope, headers) else 'foreign_site'
        if is_below(scope['path'], self._webhooks):
            return None
        return _why_unproven(scope, headers)


def _follows_a_link(scope: Scope, headers: Headers) -> bool:
    """Say whether a person just comes here from another site, or types an address."""
    return scope.get('method') in _READING and headers.get('sec-fetch-mode') == 'navigate'


def _why_unproven(scope: Scope, headers: Headers) -> str | None:
    """Ask whatever can change something for two proofs: who is asking, and that a script is."""
    if scope.get('method') in _READING:
        return None
    if 'origin' not in headers and headers.get('sec-fetch-site') != 'same-origin':
        return 'no_origin'
    if scope['type'] == 'http' and not headers.get(CLIENT_HEADER):
        return 'no_client_header'
    return None
