"""P14 for files: they reach a private page from the browser of its session alone."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi.concurrency import run_in_threadpool
from nicegui import Client, app, ui
from nicegui.testing import User

import auth
from auth import EndReason
from auth.tests.clock import MINUTE, Clock
from pages import private_page
from pages.page_sessions import PageSessions
from pages.upload_guard import UploadGuard

from .conftest import PASSWORD, page_of_others
from .faults import raise_unavailable
from .test_binding import IssueTicket, present

PATH = '/files'
COOKIE = '__Host-refresh'

SendFile = Callable[..., Awaitable[int]]


@pytest.fixture
def taken() -> list[str]:
    """A page that takes files, as its author writes it; gives whose it has taken."""
    taken: list[str] = []

    @private_page(PATH, 'Files')
    def files(me: auth.Identity) -> None:
        ui.label(f'Files of {me.name}')
        with ui.dialog():  # NiceGUI hangs it elsewhere, outside of this page's own part
            ui.upload(on_upload=lambda: taken.append(me.name))

    return taken


@pytest.fixture
def user(taken: list[str], user: User) -> User:
    """The simulated user of an app that has this page."""
    return user


def upload_of(client: Client) -> ui.upload:
    """Return the page's only upload."""
    (upload,) = [each for each in client.elements.values() if isinstance(each, ui.upload)]
    return upload


@pytest.fixture
def send_file(sessions: PageSessions) -> SendFile:
    """Send a file as a browser does that holds this refresh token; return the status.

    What happens meanwhile, happens before the last bytes.
    """
    guarded = httpx.ASGITransport(UploadGuard(app, sessions))

    async def send_file(
        client: Client, refresh_token: str | None, meanwhile: Callable[[], None] | None = None
    ) -> int:
        upload = upload_of(client)
        cookies = {COOKIE: refresh_token} if refresh_token else {}

        async def body() -> AsyncIterator[bytes]:
            disposition = b'form-data; name="file"; filename="report.txt"'
            yield b'--line\r\nContent-Disposition: ' + disposition + b'\r\n\r\n'
            if meanwhile:
                await run_in_threadpool(meanwhile)
            yield b'content\r\n--line--\r\n'

        async with httpx.AsyncClient(
            transport=guarded, base_url='https://testserver', cookies=cookies
        ) as browser:
            headers = {'Content-Type': 'multipart/form-data; boundary=line'}
            answer = await browser.post(upload.props['url'], content=body(), headers=headers)
        return answer.status_code

    return send_file


@pytest.fixture
async def client(user: User, issued: auth.IssuedSession, ticket_for: IssueTicket) -> Client:
    """Ada's page, bound and drawn."""
    client = await user.open(PATH)
    await present(client, ticket_for(issued.identity, client.id))
    await user.should_see('Files of Ada')
    return client


async def test_file_of_its_user_arrives(
    client: Client,
    issued: auth.IssuedSession,
    send_file: SendFile,
    taken: list[str],
) -> None:
    """The browser that holds the session of the page is let through."""

    assert await send_file(client, issued.refresh_token) == 200

    assert taken == ['Ada']


@pytest.mark.checklist('V4.4.3', 'V7.4.1')
async def test_files_of_others_do_not(
    *,
    client: Client,
    backend: auth.AuthBackend,
    issued: auth.IssuedSession,
    send_file: SendFile,
    taken: list[str],
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Somebody knows the page: without a cookie, with one of another session, or with an old one."""
    grace = await backend.registration.register(
        'Grace', 'grace@example.com', PASSWORD, auth.Caller(None, '', ''), stay_signed_in=True
    )
    second = backend.rotation.refresh(issued.refresh_token).refresh_token
    clock.advance(MINUTE)
    latest = backend.rotation.refresh(second).refresh_token
    id_, generation, _ = latest.removeprefix('1.').split('.')
    forged = f'1.{id_}.{generation}.{"A" * 43}'

    with caplog.at_level(logging.WARNING):
        for jar in (None, grace.refresh_token, issued.refresh_token, forged, 'garbage'):
            assert await send_file(client, jar) == 403

    assert taken == []
    assert caplog.text.count('page_denied') == 5
    assert await send_file(client, latest) == 200
    assert taken == ['Ada']


async def test_file_may_cross_a_refresh(
    *,
    client: Client,
    backend: auth.AuthBackend,
    issued: auth.IssuedSession,
    send_file: SendFile,
    taken: list[str],
) -> None:
    """The server has rotated, and the file left the browser before the answer came there."""
    backend.rotation.refresh(issued.refresh_token)

    assert await send_file(client, issued.refresh_token) == 200

    assert taken == ['Ada']


@pytest.mark.checklist('V7.4.1')
async def test_ended_session_uploads_nothing(
    *,
    client: Client,
    backend: auth.AuthBackend,
    issued: auth.IssuedSession,
    send_file: SendFile,
    taken: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its cookie is of no use, even before this page has heard that the session is over."""
    monkeypatch.setattr(PageSessions, '_end_all', lambda *_: None)  # as if another process ended it

    backend.sessions.end(issued.identity.session_id, EndReason.LOGOUT)

    assert await send_file(client, issued.refresh_token) == 403
    assert taken == []


def visitor_of_a_host(sessions: PageSessions) -> httpx.AsyncClient:
    """Give a browser without cookies, at a host that has the whole app below a path."""
    guarded = httpx.ASGITransport(UploadGuard(app, sessions), root_path='/below')
    return httpx.AsyncClient(transport=guarded, base_url='https://testserver')


async def test_file_arrives_below_a_root_path(
    *,
    client: Client,
    issued: auth.IssuedSession,
    sessions: PageSessions,
    taken: list[str],
) -> None:
    """A host may have the whole app below a path."""
    path = f'/below{upload_of(client).props["url"]}'

    async with visitor_of_a_host(sessions) as browser:
        browser.cookies.set(COOKIE, issued.refresh_token)
        answer = await browser.post(path, files={'file': b'content'})

    assert (answer.status_code, taken) == (200, ['Ada'])


@pytest.mark.checklist('V4.4.3')
@pytest.mark.parametrize(
    'spelling',
    [
        pytest.param('{}%0A', id='line-break'),
        pytest.param('/below{}%0A', id='line-break-below-root'),
        pytest.param('{}/', id='slash'),
        pytest.param('{}0', id='another-element'),
        pytest.param('{}' + '0' * 5_000, id='no-element'),
    ],
)
async def test_other_spellings_reach_nothing(
    *,
    client: Client,
    issued: auth.IssuedSession,
    sessions: PageSessions,
    taken: list[str],
    spelling: str,
) -> None:
    """A route lets a line break follow its end, and that is no way around the guard."""
    path = spelling.format(upload_of(client).props['url'])

    async with visitor_of_a_host(sessions) as stranger:
        answer = await stranger.post(path, files={'file': b'content'})

    assert answer.status_code == 404
    assert taken == []


@pytest.mark.checklist('V7.4.1')
@pytest.mark.parametrize('ends', [True, False], ids=['ended', 'refreshed'])
async def test_slow_file_is_asked_about_again(
    *,
    client: Client,
    backend: auth.AuthBackend,
    issued: auth.IssuedSession,
    send_file: SendFile,
    taken: list[str],
    ends: bool,
) -> None:
    """The session ends, or goes on to its next refresh token, while the file is on its way."""

    def meanwhile() -> None:
        if ends:
            backend.sessions.end(issued.identity.session_id, EndReason.LOGOUT)
        else:
            backend.rotation.refresh(issued.refresh_token)

    status = await send_file(client, issued.refresh_token, meanwhile)

    assert (status, taken) == ((403, []) if ends else (200, ['Ada']))


async def test_file_may_come_again_when_the_database_does(
    *,
    client: Client,
    backend: auth.AuthBackend,
    issued: auth.IssuedSession,
    send_file: SendFile,
    taken: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nobody can say whether the session lives: that is no attempt of a stranger."""

    def meanwhile() -> None:
        monkeypatch.setattr(backend.sessions, 'require_living', raise_unavailable)

    status = await send_file(client, issued.refresh_token, meanwhile)

    assert (status, taken) == (503, [])
    assert 'page_denied' not in caplog.text


async def test_pages_of_others_take_files_from_anybody(user: User, send_file: SendFile) -> None:
    """A page that an app adds without us is the author's business."""
    names: list[str] = []
    client = page_of_others()
    with client:
        ui.upload(on_upload=lambda event: names.append(event.file.name))

    assert await send_file(client, None) == 200

    assert len(names) == 1
