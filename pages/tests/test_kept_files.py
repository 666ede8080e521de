"""Files that never change are read and compressed once; everything else is passed on each time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from pages.kept_files import KeptFiles

FOR_EVER = 'public, max-age=31536000, immutable'
TEXT = 'something that is longer than it need be ' * 40


class Files:
    """Answers everything with the same text and headers, and counts how often it had to."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.headers = {'Cache-Control': FOR_EVER}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        answer: Response = PlainTextResponse(TEXT, self.status, self.headers)
        if 'range' in Request(scope).headers:
            answer = PlainTextResponse(TEXT[:5], 206, self.headers)
        await answer(scope, receive, send)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def client(files: Files) -> TestClient:
    client = TestClient(KeptFiles(GZipMiddleware(files)))
    client.headers['Accept-Encoding'] = 'gzip'
    return client


def test_unchanging_file_is_read_once(client: TestClient, files: Files) -> None:
    """Shows that the second answer is the first one, headers and all, without asking for the file."""
    first = client.get('/a.js')

    second = client.get('/a.js')

    assert files.asked == 1
    assert first.headers['Content-Encoding'] == 'gzip'
    assert (second.text, second.headers) == (first.text, first.headers)
    assert second.text == TEXT


def test_browser_without_gzip_gets_plain_text(client: TestClient) -> None:
    """Shows that what is kept for one kind of browser is not sent to another."""
    client.get('/a.js')

    plain = client.get('/a.js', headers={'Accept-Encoding': 'identity'})

    assert 'Content-Encoding' not in plain.headers
    assert plain.text == TEXT


@pytest.mark.parametrize(
    ('method', 'url', 'headers'),
    [
        ('GET', '/b.js', {}),
        ('GET', '/a.js?x', {}),
        ('HEAD', '/a.js', {}),
        ('POST', '/a.js', {}),
        ('GET', '/a.js', {'Origin': 'https://listed.example'}),
        ('GET', '/a.js', {'Origin': 'https://listed.example', 'Sec-Fetch-Site': 'cross-site'}),
        ('GET', '/a.js', {'Origin': 'http://localhost:3000', 'Sec-Fetch-Site': 'same-site'}),
        ('GET', '/a.js', {'Authorization': 'Bearer x'}),
        ('GET', '/a.js', {'Range': 'bytes=0-4'}),
        ('GET', '/a.js', {'If-None-Match': '"x"'}),
        ('GET', '/a.js', {'If-Modified-Since': 'Mon, 01 Jan 2024 00:00:00 GMT'}),
    ],
)
def test_other_requests_are_passed_on(
    client: TestClient, files: Files, method: str, url: str, headers: dict[str, str]
) -> None:
    """Shows that only a GET of the very same address is answered from memory."""
    client.get('/a.js')

    client.request(method, url, headers=headers)

    assert files.asked == 2


def test_module_of_our_own_page_is_read_once(client: TestClient, files: Files) -> None:
    """Shows that the `Origin` which Chromium sends along with each ES module makes no difference."""
    module = {'Origin': 'http://testserver', 'Sec-Fetch-Site': 'same-origin'}

    for headers in (module, module, {}):
        assert client.get('/a.js', headers=headers).text == TEXT

    assert files.asked == 1


def test_part_of_a_file_is_not_kept(client: TestClient) -> None:
    """Shows that who asks for the whole file gets it, although somebody has asked for a part."""
    part = client.get('/a.js', headers={'Range': 'bytes=0-4'})

    assert part.status_code == 206
    assert client.get('/a.js').text == TEXT


@pytest.mark.parametrize(
    ('status', 'headers'),
    [
        (200, {}),
        (200, {'Cache-Control': 'no-store'}),
        (200, {'Cache-Control': 'public, max-age=3600'}),
        (200, {'Cache-Control': 'private, max-age=31536000, immutable'}),
        (200, {'Cache-Control': FOR_EVER, 'Set-Cookie': 'a=b'}),
        (200, {'Cache-Control': FOR_EVER, 'Vary': 'Cookie'}),
        (200, {'Cache-Control': FOR_EVER, 'Vary': 'Accept-Encoding, Origin'}),
        (206, {'Cache-Control': FOR_EVER}),
        (404, {'Cache-Control': FOR_EVER}),
        (500, {'Cache-Control': FOR_EVER}),
    ],
)
def test_what_may_change_is_not_kept(
    client: TestClient, files: Files, status: int, headers: dict[str, str]
) -> None:
    """Shows that an answer is asked for each time unless it says that it will never change."""
    files.status, files.headers = status, headers

    client.get('/a.js')
    client.get('/a.js')

    assert files.asked == 2


def test_memory_is_bounded(files: Files) -> None:
    """Shows that what finds no room is answered all the same, and what has one is kept on."""
    client = TestClient(KeptFiles(files, most_bytes=len(TEXT)))

    for url in ('/a.js', '/b.js', '/a.js', '/b.js'):
        assert client.get(url).text == TEXT

    assert files.asked == 3


async def test_file_that_many_ask_for_at_once_takes_its_memory_once(files: Files) -> None:
    """Shows that many browsers at a cold start leave room for the other files."""

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0)  # a turn for the others
        await files(scope, receive, send)

    kept = KeptFiles(slow, most_bytes=2 * len(TEXT))
    await asyncio.gather(*(kept(get('/a.js'), receive_nothing, forget) for _ in range(8)))

    for _ in range(2):
        await kept(get('/b.js'), receive_nothing, forget)

    assert files.asked == 8 + 1


@pytest.mark.parametrize('path', ['/x/../a.js', '/./a.js', '//a.js', '/a.js/', '/a.js'])
async def test_only_one_spelling_of_an_address_takes_memory(files: Files, path: str) -> None:
    """Shows that nobody fills the memory with one file under a thousand names."""
    kept = KeptFiles(files)

    for _ in range(2):
        await kept(get(path), receive_nothing, forget)

    assert files.asked == (1 if path == '/a.js' else 2)


def get(path: str) -> Scope:
    """Ask for a path as it is: a client would tidy it up."""
    return {'type': 'http', 'method': 'GET', 'path': path, 'query_string': b'', 'headers': []}


async def receive_nothing() -> Message:
    """Stand for a request without a body."""
    return {'type': 'http.request'}


async def forget(message: Message) -> None:
    """Stand for a client that looks at nothing."""


async def half_of_a_file() -> AsyncIterator[str]:
    """Give the beginning, and never the rest."""
    yield TEXT[:40]
    await asyncio.Event().wait()


async def pass_on(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Do what NiceGUI's middlewares do, apart from what they are there for."""
    return await call_next(request)


async def test_file_whose_reader_has_gone_is_not_kept() -> None:
    """Shows that half a file looks whole then, and is not what the next one gets."""
    asked, sent, has_begun = 0, list[Message](), asyncio.Event()

    async def files(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal asked
        asked += 1
        headers = {'Cache-Control': FOR_EVER}
        answer = StreamingResponse(half_of_a_file(), headers=headers)
        await (answer if asked == 1 else PlainTextResponse(TEXT, headers=headers))(
            scope, receive, send
        )

    async def gone() -> Message:
        await has_begun.wait()
        return {'type': 'http.disconnect'}

    async def send(message: Message) -> None:
        sent.append(message)
        if message.get('body'):
            has_begun.set()

    app = KeptFiles(BaseHTTPMiddleware(files, dispatch=pass_on))
    scope = {'type': 'http', 'method': 'GET', 'path': '/a.js', 'query_string': b'', 'headers': []}
    await app(scope, gone, send)
    assert [message.get('more_body') for message in sent] == [None, True, False]

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url='http://localhost') as client:
        plain = {'Accept-Encoding': 'identity'}
        answers = [await client.get('/a.js', headers=plain) for _ in range(2)]

    assert [answer.text for answer in answers] == [TEXT, TEXT]
    assert asked == 2  # and the whole one is kept
