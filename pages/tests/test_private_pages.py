"""P14 for page authors: whoever writes a private page with the decorator cannot forget a check."""

from __future__ import annotations

from typing import Any, cast

import pytest
from fastapi import FastAPI
from nicegui import Client, ui
from nicegui.testing import User

import auth
from auth import EndReason
from pages import private_page, private_pages
from pages.routes import FAILED

from .faults import raise_unavailable
from .test_binding import IssueTicket, bridge_of, present
from .test_devices_card import Send

PATH = '/notes'


@pytest.fixture
def deleted() -> list[str]:
    """A page as the README shows it; gives what it has deleted."""
    deleted: list[str] = []

    @private_page(PATH, 'Notes')
    def notes(me: auth.Identity) -> None:
        ui.label(f'Notes of {me.name}')
        ui.button('Delete all', on_click=lambda: deleted.append(me.user_id))

    return deleted


@pytest.fixture
def user(deleted: list[str], user: User) -> User:
    """The simulated user of an app that has this page."""
    return user


def delete_button(client: Client) -> ui.button:
    """Return the page's only NiceGUI button."""
    (button,) = [each for each in client.elements.values() if isinstance(each, ui.button)]
    return button


async def test_page_is_drawn_for_its_user_and_works(
    user: User, ada: auth.Identity, ticket_for: IssueTicket, send: Send, deleted: list[str]
) -> None:
    """Nothing before the page is bound; then the name, and a button that acts for that user."""
    client = await user.open(PATH)
    await user.should_not_see('Notes of')

    await present(client, ticket_for(ada, client.id))

    await user.should_see('Notes of Ada')
    await send(client, delete_button(client), 'click')
    assert deleted == [ada.user_id]


@pytest.mark.checklist('V4.4.3', 'V7.4.1')
async def test_plain_buttons_are_checked_too(
    *,
    user: User,
    ada: auth.Identity,
    ticket_for: IssueTicket,
    send: Send,
    deleted: list[str],
    settings: auth.AuthSettings,
) -> None:
    """Another process has ended the session, nobody has told this one, and somebody presses."""
    client = await user.open(PATH)
    await present(client, ticket_for(ada, client.id))
    await user.should_see('Notes of Ada')
    button = delete_button(client)
    elsewhere = auth.install(FastAPI(), settings)
    elsewhere.sessions.end(ada.session_id, EndReason.LOGOUT)

    await send(client, button, 'click')

    assert deleted == []
    elsewhere.close()


async def test_unbound_page_hears_nothing_private(
    *, user: User, ada: auth.Identity, ticket_for: IssueTicket, send: Send, deleted: list[str]
) -> None:
    """What the browser kept of a page that has been unbound cannot be pressed."""
    client = await user.open(PATH)
    await present(client, ticket_for(ada, client.id))
    await user.should_see('Notes of Ada')
    button = delete_button(client)
    bridge_of(client).page.unbind()

    await send(client, button, 'click')

    assert deleted == []


async def test_page_is_drawn_when_the_database_is_back(
    *,
    user: User,
    ada: auth.Identity,
    ticket_for: IssueTicket,
    backend: auth.AuthBackend,
    monkeypatch: pytest.MonkeyPatch,
    deleted: list[str],
) -> None:
    """One has moved to the page at a bad moment: it says so, and does not stay empty."""
    client = await user.open('/dashboard')
    await present(client, ticket_for(ada, client.id))
    monkeypatch.setattr(private_pages, 'REDRAW_AFTER_SECONDS', 0.05)
    with monkeypatch.context() as moment:
        moment.setattr(backend.sessions, 'require_living', raise_unavailable)
        with client:
            await client.sub_pages_router._handle_navigate(PATH)
        await user.should_see('The service is busy')

    await user.should_see('Notes of Ada')
    await user.should_not_see('The service is busy')


@pytest.fixture
def failing() -> str:
    """A page whose author has made a mistake; gives its path."""

    @private_page('/failing', 'Failing')
    def failing(me: auth.Identity) -> None:
        ui.label('The first half')
        raise RuntimeError('as ordered')

    return '/failing'


async def test_page_that_fails_shows_no_half(
    *,
    failing: str,
    user: User,
    ada: auth.Identity,
    ticket_for: IssueTicket,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The person is told, and so is the log."""
    client = await user.open(failing)

    await present(client, ticket_for(ada, client.id))

    await user.should_see(FAILED)
    await user.should_not_see('The first half')
    assert 'as ordered' in caplog.text
    caplog.clear()  # NiceGUI's tests take a logged error for a failure


def test_two_pages_cannot_share_an_address() -> None:
    """The second one is told."""

    @private_page(PATH, 'One')
    def one(me: auth.Identity) -> None:
        ui.label(me.name)

    with pytest.raises(ValueError, match='/notes'):
        private_page(PATH, 'Two')(one)


@pytest.mark.parametrize('path', ['notes', '/notes/', '//notes', '/notes/{id}', '/notes?all', ''])
def test_path_that_nobody_could_reach_is_refused(path: str) -> None:
    """Shows that a slip of the pen is told when the module is imported."""

    def notes(me: auth.Identity) -> None: ...

    with pytest.raises(ValueError, match='write it like /notes'):
        private_page(path, 'Notes')(notes)


def test_function_that_takes_nobody_is_refused() -> None:
    """Shows that nobody has to find out by opening the page."""
    with pytest.raises(ValueError, match='takes nobody'):
        private_page('/notes', 'Notes')(cast('Any', lambda: None))
