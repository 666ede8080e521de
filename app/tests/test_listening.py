"""How requests are taken from the line, before any application sees them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from threading import Thread

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.listening import MAX_HEAD_BYTES, BoundedHttp

PIECE = b'a' * 1024
START = b'POST / HTTP/1.1\r\nHost: localhost\r\n'


async def count_body(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the number of bytes that have come."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture(scope='module')
def port() -> Iterator[int]:
    """Where a server listens that takes requests as ours do."""
    config = uvicorn.Config(count_body, http=BoundedHttp, log_config=None, lifespan='off')
    server, listener = uvicorn.Server(config), socket.create_server(('localhost', 0))
    thread = Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()


def answer_to(port: int, *pieces: bytes) -> bytes:
    """Send these pieces as long as the server takes them; return its answers."""
    with socket.create_connection(('localhost', port), timeout=10) as line:
        with suppress(ConnectionError):
            for piece in pieces:
                line.sendall(piece)
        heard = b''
        with suppress(ConnectionError):
            while b'\r\n\r\n' not in heard and (more := line.recv(4096)):
                heard += more
        return heard


@pytest.mark.parametrize(
    'begin', [START + b'X: ', b'GET /', START + b'Transfer-Encoding: chunked\r\n\r\n0\r\nX: ']
)
def test_head_without_end_is_refused(port: int, begin: bytes) -> None:
    """Neither a header nor an address nor what follows a body in chunks may take all memory."""
    heard = answer_to(port, begin, *[PIECE] * (4 * MAX_HEAD_BYTES // len(PIECE)))

    assert (
        b'400' in heard.partition(b'\r\n')[0] or heard == b''
    )  # it may be lost with the connection


def test_bodies_and_requests_may_be_many(port: int) -> None:
    """What is complete does not count: a long body, and one request after the other."""
    long = 4 * MAX_HEAD_BYTES
    pieces = [PIECE] * (long // len(PIECE))
    headers = b'X: ' + PIECE * 30 + b'\r\n'

    assert answer_to(port, START + b'Content-Length: %d\r\n\r\n' % long, *pieces).startswith(
        b'HTTP/1.1 200'
    )
    ten = (START + headers + b'Content-Length: 0\r\n\r\n') * 10
    assert answer_to(port, ten).startswith(b'HTTP/1.1 200')
