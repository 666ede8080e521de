"""P14: moving inside an open page, or connecting to it, asks whether its session lives, too."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI
from nicegui import Client, core, ui
from nicegui.testing import User

import auth
from auth.tests.clock import DAY, Clock
from pages import private_page
from pages.private_pages import BUSY

from .faults import raise_unavailable
from .test_binding import IssueTicket, bridge_of, present

PATH = '/notes'
Send = Callable[..., Awaitable[None]]


@pytest.fixture
def done() -> list[str]:
    """A private page with pages of its own, and everything that NiceGUI calls by itself."""
    done: list[str] = []

    def note(id: str, me: auth.Identity) -> None:  # noqa: A002 (the name in the path)
        done.append(f'note {id} of {me.name} read')
        ui.label(f'Note {id}')

    @private_page(PATH, 'Notes')
    def notes(me: auth.Identity) -> None:
        client = ui.context.client
        ui.sub_pages({'/': lambda: ui.label('Choose'), '/{id}': lambda id: note(id, me)})  # noqa: A006
        client.sub_pages_router.on_path_changed(lambda path: done.append(f'{me.name} at {path}'))
        client.on_connect(lambda: done.append(f'{me.name} is here'))
        ui.on_exception(lambda error: done.append(f'{me.name} met {error}'))

    return done


@pytest.fixture
def user(done: list[str], user: User) -> User:
    """The simulated user of an app that has this page."""
    return user


@pytest.fixture
async def client(
    done: list[str], user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> Client:
    """The page, open and drawn for Ada."""
    client = await user.open(PATH)
    await present(client, ticket_for(ada, client.id))
    await user.should_see('Choose')
    done.clear()
    return client


def end_elsewhere(settings: auth.AuthSettings, ada: auth.Identity) -> None:
    """End the session in another process: this one has not looked yet."""
    other = auth.install(FastAPI(), settings)
    other.sessions.log_out(None, ada.session_id)
    other.close()


async def shake_hands(client: Client) -> None:
    """Have the tab's socket connect once more."""
    message = {
        'client_id': client.id,
        'tab_id': client.tab_id,
        'document_id': 'the-same',
        'next_message_id': 0,
    }
    before = asyncio.all_tasks()
    assert await core.sio.handlers['/']['handshake']('test-again', message)
    await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)


async def test_living_session_moves(client: Client, send: Send, done: list[str]) -> None:
    """The page below is drawn, the page's own handlers are called."""
    await send(client, client.layout, 'sub_pages_open', f'"{PATH}/7"')
    await shake_hands(client)

    assert done == [f'Ada at {PATH}/7', 'note 7 of Ada read', 'Ada is here']


async def test_ended_session_moves_nowhere(
    client: Client, send: Send, done: list[str], settings: auth.AuthSettings, ada: auth.Identity
) -> None:
    """It has ended in another process, a moment ago: neither builders nor handlers run."""
    end_elsewhere(settings, ada)

    await send(client, client.layout, 'sub_pages_open', f'"{PATH}/7"')

    assert done == []


async def test_ended_session_is_not_there(
    client: Client, done: list[str], settings: auth.AuthSettings, ada: auth.Identity
) -> None:
    """A browser connects to the page of an ended session: that is nobody's presence."""
    end_elsewhere(settings, ada)

    await shake_hands(client)

    assert done == []


async def test_page_waits_for_the_database(
    user: User,
    client: Client,
    send: Send,
    done: list[str],
    backend: auth.AuthBackend,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing private runs while nobody can be asked; then the page is drawn where it has moved."""
    with monkeypatch.context() as away:
        away.setattr(type(backend.sessions), 'require_living', raise_unavailable)

        await send(client, client.layout, 'sub_pages_open', f'"{PATH}/7"')

        assert done == []
        await user.should_see(BUSY)

    await client_refresh(client)
    assert done == ['note 7 of Ada read']

    clock.advance(100 * DAY)
    await send(client, client.layout, 'sub_pages_open', f'"{PATH}/8"')
    assert done == ['note 7 of Ada read']


async def client_refresh(client: Client) -> None:
    """Draw anew, as the page does by itself after a while."""
    before = asyncio.all_tasks()
    with client:
        await client.sub_pages_router.refresh()
    await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)


async def test_errors_are_no_more_of_the_one_before(client: Client, done: list[str]) -> None:
    """Whoever signs out takes along what they wanted to hear of errors."""
    client.handle_exception(ValueError('the first'))
    assert done == ['Ada met the first']
    with client:
        await bridge_of(client).unbind()

    client.handle_exception(ValueError('the second'))

    assert done == ['Ada met the first']
