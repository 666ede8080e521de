"""Fixtures: a backend with one account, and NiceGUI's simulated user in front of the pages."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from nicegui import Client, core, ui
from nicegui.element import Element
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

import auth
from auth.tests.clock import Clock
from pages.browser_settings import BrowserSettings
from pages.frame import Site
from pages.install import add_shell
from pages.page_sessions import PageSessions
from pages.private_pages import registered_pages

pytest_plugins = ['nicegui.testing.general_fixtures']

PATIENCE_SECONDS = 10
PASSWORD = 'a phrase for these tests'


def pytest_collection_finish() -> None:
    """Let the collections of NiceGUI's fixtures, two for each test, pass over all that is imported.

    Measured: a third of the time.
    """
    gc.freeze()


@pytest.fixture(autouse=True)
def pages_of_this_test() -> Iterator[None]:
    """Forget the pages that a test has registered: the next one has its own."""
    before = dict(registered_pages)
    yield
    registered_pages.clear()
    registered_pages.update(before)
    registered_pages.are_installed = False


@pytest.fixture
def clock() -> Clock:
    """The server's clock."""
    return Clock()


@pytest.fixture
def settings(tmp_path: Path, clock: Clock) -> auth.AuthSettings:
    """A SQLite file, keys of its own, the cheapest real hashes."""
    return auth.AuthSettings(
        database_url=f'sqlite:///{tmp_path}/app.db',
        keys=auth.load_or_create_keys(tmp_path / 'keys'),
        issuer='https://testserver',
        cookie_name='refresh',
        argon2=auth.CHEAPEST_ARGON2ID,
        clock=clock,
    )


@pytest.fixture
def backend(settings: auth.AuthSettings) -> Iterator[auth.AuthBackend]:
    """The real auth backend."""
    backend = auth.install(FastAPI(), settings)
    yield backend
    backend.close()


@pytest.fixture
async def issued(backend: auth.AuthBackend) -> auth.IssuedSession:
    """What somebody's browser is given who has just registered."""
    return await backend.registration.register(
        'Ada', 'ada@example.com', PASSWORD, auth.Caller(None, '', ''), stay_signed_in=True
    )


@pytest.fixture
def ada(issued: auth.IssuedSession) -> auth.Identity:
    """Somebody who has just registered, and so is signed in."""
    return issued.identity


@pytest.fixture
def sessions(backend: auth.AuthBackend) -> PageSessions:
    """Whom the open pages may act for."""
    return PageSessions(backend)


@pytest.fixture
async def user(sessions: PageSessions) -> AsyncIterator[User]:
    """A simulated user who can open pages."""
    async with user_simulation() as user:
        add_shell(sessions, BrowserSettings(), Site('Tests & more', home='/dashboard', demo=True))
        yield user


def page_of_others() -> Client:
    """Open a page that an app has added without us."""
    client = Client(ui.page('/about'), request=None)
    client.tab_id = 'of its browser'  # NiceGUI calls no handler of a page without a socket
    return client


@pytest.fixture
def ticket_for(backend: auth.AuthBackend) -> Callable[[auth.Identity, str], str]:
    """Issue a ticket, as the browser would fetch one over HTTP."""
    return backend.socket_tickets.issue


@pytest.fixture
def send() -> Callable[..., Awaitable[None]]:
    """Send what a browser sends for an event: `await send(client, element, 'click')`.

    Over a socket of that page, or of another one: `socket_of=other_client`. `args` is JSON.
    """

    async def send(
        client: Client,
        element: Element,
        kind: str,
        args: str = '{}',
        *,
        socket_of: Client | None = None,
    ) -> None:
        (listener,) = [each for each in element._event_listeners.values() if each.type == kind]
        message = {
            'client_id': client.id,
            'id': element.id,
            'listener_id': listener.id,
            'args': [args],
        }
        room = (socket_of or client).id
        core.sio.manager.basic_enter_room('a socket', '/', room, eio_sid='of nobody')
        before = asyncio.all_tasks()
        await core.sio.handlers['/']['event']('a socket', message)
        core.sio.manager.basic_leave_room('a socket', '/', room)
        await asyncio.wait_for(_end_of(asyncio.all_tasks() - before), PATIENCE_SECONDS)

    return send


async def _end_of(tasks: set[asyncio.Task[object]]) -> None:
    """Wait for what handlers have started; a drawing may be called off by a later one."""
    await asyncio.gather(*tasks, return_exceptions=True)
