"""Keeps the files that pages load in memory: read once, compressed once.

NiceGUI compresses each file anew for each browser that has not got it yet: 23 ms for Quasar alone
(measured), in which nobody else is served. Kept is what says of itself that it is `public` and
`immutable`, and is the same for every person and every origin.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_KEPT_BYTES = 16 * 2**20  # all that NiceGUI 3.18 has, compressed, and its fonts are 8 MiB
# What is asked with one of these may be answered otherwise: for somebody, or in part.
NOT_FOR_ALL = ('authorization', 'range', 'if-none-match', 'if-modified-since')


class KeptFiles:
    """Answers with what it has kept, and passes on everything else."""

    def __init__(self, app: ASGIApp, most_bytes: int = MAX_KEPT_BYTES) -> None:
        self._app = app
        self._kept: dict[tuple[str, bool], Response] = {}
        self._room = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Be an ASGI application."""
        if not asks_for_a_whole_file(scope):
            return await self._app(scope, receive, send)
        key = (scope['path'], 'gzip' in Headers(scope=scope).get('accept-encoding', ''))
        kept = self._kept.get(key)
        if kept is not None:
            return await kept(scope, receive, send)
        copy = Copy(receive, send)
        await self._app(scope, copy.hear, copy.send)
        return self._keep(key, copy)

    def _keep(self, key: tuple[str, bool], copy: Copy) -> None:
        answer = copy.answer()
        # Several may have asked at one time; what is kept once is counted once.
        if answer is not None and key not in self._kept and len(answer.body) <= self._room:
            self._room -= len(answer.body)
            self._kept[key] = answer


class Copy:
    """Sends an answer on, and remembers it if it is a file that never changes."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._headers: Headers | None = None
        self._body: list[bytes] = []
        self._is_whole = False
        self._has_gone = False

    async def hear(self) -> Message:
        """Take one message of the browser: Starlette ends an answer properly that it cuts short."""
        message = await self._receive()
        if message['type'] == 'http.disconnect':
            self._has_gone = True
        return message

    async def send(self, message: Message) -> None:
        """Take one message of the answer."""
        if message['type'] == 'http.response.start' and is_unchanging(message):
            self._headers = Headers(raw=message['headers'])
        elif message['type'] == 'http.response.body' and self._headers is not None:
            self._body.append(message.get('body', b''))
            self._is_whole = not (self._has_gone or message.get('more_body', False))
        await self._send(message)

    def answer(self) -> Response | None:
        """Return the same answer once more, or None if it is not to be kept."""
        if self._headers is None or not self._is_whole:
            return None
        return Response(b''.join(self._body), headers=dict(self._headers))


def asks_for_a_whole_file(scope: Scope) -> bool:
    """Say whether this is a GET of an address and nothing more."""
    if scope['type'] != 'http' or scope['method'] != 'GET' or scope['query_string']:
        return False
    # One file has any number of names of this kind, and would be kept once for each.
    if not {'', '.', '..'}.isdisjoint(scope['path'].split('/')[1:]):
        return False
    headers = Headers(scope=scope)
    # Chromium names the origin of ES modules of our own pages, too. To another one CORS may say more.
    if 'origin' in headers and headers.get('sec-fetch-site') != 'same-origin':
        return False
    return not any(name in headers for name in NOT_FOR_ALL)


def is_unchanging(start: Message) -> bool:
    """Say whether an answer that starts so will be the same for everyone, at any time."""
    headers = Headers(raw=start['headers'])
    if start['status'] != 200 or 'set-cookie' in headers:
        return False
    is_for_ever = {'public', 'immutable'} <= values_of(headers, 'cache-control')
    return is_for_ever and values_of(headers, 'vary') <= {'accept-encoding'}


def values_of(headers: Headers, name: str) -> set[str]:
    """Return what stands between the commas of a header, in lower case."""
    values = ','.join(headers.getlist(name)).lower().split(',')
    return {value.strip() for value in values if value.strip()}
