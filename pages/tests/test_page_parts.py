"""P14 for what does not lie where it was written: dialogs, notifications, handlers of a whole page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from nicegui import Client, ui
from nicegui.element import Element
from nicegui.testing import User

import auth
from pages import private_page
from pages.private_part import private_pages

from .conftest import PASSWORD, page_of_others
from .test_binding import IssueTicket, bridge_of, present
from .test_devices_card import Send

PATH = '/board'


@pytest.fixture
def done() -> Iterator[list[str]]:
    """A page that NiceGUI hangs in several places; gives what its handlers have done, and for whom."""
    done: list[str] = []

    @private_page(PATH, 'Board')
    def board(me: auth.Identity) -> None:
        ui.label(f'Board of {me.name}')
        with ui.dialog():
            ui.button('Really', on_click=lambda: done.append(f'dialog of {me.name}'))
        ui.on('wipe', lambda: done.append(f'page of {me.name}'))
        ui.notification(f'Saved for {me.name}', timeout=None)

    yield done
    del private_pages[PATH]


@pytest.fixture
def user(done: list[str], user: User) -> User:
    """The simulated user of an app that has this page."""
    return user


@pytest.fixture
async def grace(backend: auth.AuthBackend) -> auth.Identity:
    """Somebody else who is signed in."""
    issued = await backend.registration.register(
        'Grace', 'grace@example.com', PASSWORD, auth.Caller(None, '', ''), stay_signed_in=True
    )
    return issued.identity


@pytest.fixture
async def board(user: User, ada: auth.Identity, ticket_for: IssueTicket) -> Client:
    """Ada's board, bound and drawn."""
    client = await user.open(PATH)
    await present(client, ticket_for(ada, client.id))
    await user.should_see('Board of Ada')
    return client


def dialog_button(client: Client) -> ui.button:
    """Return the page's only NiceGUI button."""
    (button,) = [each for each in client.elements.values() if isinstance(each, ui.button)]
    return button


def sources(client: Client) -> list[tuple[Element, str]]:
    """Return what the handlers of that page listen to."""
    return [(dialog_button(client), 'click'), (client.layout, 'wipe')]


async def test_they_act_for_the_user(board: Client, send: Send, done: list[str]) -> None:
    """While the session lives, everything works."""
    for element, kind in sources(board):
        await send(board, element, kind)

    assert done == ['dialog of Ada', 'page of Ada']


@pytest.mark.checklist('V4.4.3', 'V7.4.1')
async def test_they_do_nothing_for_nobody(
    board: Client, send: Send, done: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The page has been unbound, but not been drawn anew yet."""
    bridge_of(board).page.unbind()

    for element, kind in sources(board):
        await send(board, element, kind)

    assert done == []
    assert caplog.text.count('page_denied') == 2


@pytest.mark.checklist('V4.4.3')
async def test_they_do_nothing_for_the_next_user(
    board: Client, grace: auth.Identity, ticket_for: IssueTicket, send: Send, done: list[str]
) -> None:
    """The page is Grace's by now, and still shows what was drawn for Ada."""
    assert await bridge_of(board).page.bind(ticket_for(grace, board.id))

    for element, kind in sources(board):
        await send(board, element, kind)

    assert done == []


async def test_another_ticket_of_the_session_changes_nothing(
    board: Client, ada: auth.Identity, ticket_for: IssueTicket, send: Send, done: list[str]
) -> None:
    """The socket was away: the page is bound again, and what has been drawn goes on to work."""
    await present(board, ticket_for(ada, board.id))

    for element, kind in sources(board):
        await send(board, element, kind)

    assert done == ['dialog of Ada', 'page of Ada']


async def test_nothing_is_left_for_the_next_user(
    user: User,
    board: Client,
    grace: auth.Identity,
    ticket_for: IssueTicket,
    send: Send,
    done: list[str],
) -> None:
    """Neither a notification nor a handler stays that was there for Ada."""
    await user.should_see('Saved for Ada')

    await present(board, ticket_for(grace, board.id))

    await user.should_see('Saved for Grace')
    await user.should_not_see('Saved for Ada')
    await send(board, board.layout, 'wipe')
    assert done == ['page of Grace']


async def test_nothing_is_left_for_nobody(user: User, board: Client) -> None:
    """Signing out takes the notification away."""
    with board:
        await bridge_of(board).unbind()

    await user.should_not_see('Saved for Ada')


async def test_pages_of_others_are_theirs(user: User, send: Send, done: list[str]) -> None:
    """A page that an app adds without us is the author's business, whenever its parts appear."""

    client = page_of_others()
    with client:
        button = ui.button('More', on_click=lambda: done.append('more'))

    await send(client, button, 'click')

    assert done == ['more']
