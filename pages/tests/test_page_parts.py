"""P14 for what does not lie where it was written: dialogs, notifications, handlers of a whole page."""

from __future__ import annotations

import asyncio

import pytest
from nicegui import Client, app, ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement
from nicegui.testing import User

import auth
from pages import private_page

from .conftest import PASSWORD, page_of_others
from .faults import raise_unavailable
from .test_binding import IssueTicket, bridge_of, present
from .test_devices_card import Send

PATH = '/board'


@pytest.fixture
def done() -> list[str]:
    """A page that NiceGUI hangs in several places; gives what its handlers have done, and for whom."""
    done: list[str] = []

    @private_page(PATH, 'Board')
    def board(me: auth.Identity) -> None:
        ui.label(f'Board of {me.name}')
        with ui.dialog():
            ui.button('Really', on_click=lambda: done.append(f'dialog of {me.name}'))
            with ui.dialog():
                ui.label(f'Sure, {me.name}?')
        ui.on('wipe', lambda: done.append(f'page of {me.name}'))
        ui.notification(f'Saved for {me.name}', timeout=None)
        ui.context.client.on_connect(lambda: done.append(f'socket of {me.name}'))
        ui.context.client.sub_pages_router.on_path_changed(
            lambda path: done.append(f'{path} of {me.name}')
        )
        with ui.context.client:  # as a task in the background would
            ui.label(f'News for {me.name}')
        for bar in ui.context.client.layout.default_slot.children:
            if isinstance(bar, ui.header):
                with bar.on('click', lambda: done.append(f'bar of {me.name}')):
                    ui.label(f'Hint for {me.name}')

    return done


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
async def ada_later(backend: auth.AuthBackend, ada: auth.Identity) -> auth.Identity:
    """Ada, who has signed in once more."""
    issued = await backend.login.log_in(
        ada.email, PASSWORD, auth.Caller(None, '', ''), stay_signed_in=True
    )
    assert issued.identity.session_id != ada.session_id
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
    (bar,) = [each for each in client.elements.values() if isinstance(each, ui.header)]
    buttons = [each for each in client.elements.values() if isinstance(each, ui.button)]
    return [*((each, 'click') for each in buttons), (client.layout, 'wipe'), (bar, 'click')]


def listens(element: Element, kind: str) -> bool:
    """Say whether the element has a handler for that."""
    return kind in [each.type for each in element._event_listeners.values()]


def texts_of(client: Client) -> list[str]:
    """Return all texts that Python has put in the page."""
    texts = [each.text for each in client.elements.values() if isinstance(each, TextElement)]
    messages = [
        each.message for each in client.elements.values() if isinstance(each, ui.notification)
    ]
    return texts + messages


def raise_error(*_: object) -> None:
    """Fail, as a list does."""
    raise ValueError('no such child')


async def test_they_act_for_the_user(board: Client, send: Send, done: list[str]) -> None:
    """While the session lives, everything works."""
    for element, kind in sources(board):
        await send(board, element, kind)

    assert done == ['dialog of Ada', 'page of Ada', 'bar of Ada']


@pytest.mark.checklist('V4.4.3', 'V7.4.1')
async def test_they_do_nothing_for_nobody(
    board: Client, send: Send, done: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    """The page has been unbound, but not been drawn anew yet."""
    bridge_of(board).page.unbind()

    for element, kind in sources(board):
        await send(board, element, kind)

    assert done == []
    assert caplog.text.count('page_denied') == 3


@pytest.mark.checklist('V4.4.3')
async def test_they_do_nothing_for_the_next_session(
    board: Client, ada_later: auth.Identity, ticket_for: IssueTicket, send: Send, done: list[str]
) -> None:
    """The page is another session's by now, and still shows what was drawn for the first."""
    assert await bridge_of(board).page.bind(ticket_for(ada_later, board.id))

    for element, kind in sources(board):
        await send(board, element, kind)

    assert done == []


@pytest.mark.checklist('V4.4.3')
async def test_page_is_of_one_user(
    user: User,
    board: Client,
    *,
    grace: auth.Identity,
    ada_later: auth.Identity,
    ticket_for: IssueTicket,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What Ada has started may still draw when Grace is there: Grace gets a page of her own."""
    await present(board, ticket_for(grace, board.id))

    assert bridge_of(board).page.session_id is None
    assert 'another_user' in caplog.text
    await user.should_not_see('Ada')
    await user.should_not_see('Grace')
    await present(board, ticket_for(ada_later, board.id))
    await user.should_see('Board of Ada')


async def test_tabs_storage_is_of_one_user(
    user: User, ada: auth.Identity, grace: auth.Identity, ticket_for: IssueTicket
) -> None:
    """It outlives the page, and even a browser that was restarted: another user finds it empty."""

    async def cart_of(identity: auth.Identity, visit: int) -> object:
        client = await user.open(PATH)
        await present(client, ticket_for(identity, client.id))
        with client:
            return app.storage.tab.setdefault('cart', f'begun at visit {visit}')

    assert await cart_of(ada, 1) == 'begun at visit 1'
    assert await cart_of(ada, 2) == 'begun at visit 1'
    assert await cart_of(grace, 3) == 'begun at visit 3'
    assert await cart_of(ada, 4) == 'begun at visit 4'


async def test_another_ticket_of_the_session_changes_nothing(
    board: Client, ada: auth.Identity, ticket_for: IssueTicket, send: Send, done: list[str]
) -> None:
    """The socket was away: the page is bound again, and what has been drawn goes on to work."""
    await present(board, ticket_for(ada, board.id))

    for element, kind in sources(board):
        await send(board, element, kind)

    assert done == ['dialog of Ada', 'page of Ada', 'bar of Ada']


async def test_everything_is_drawn_anew_for_the_next_session(
    board: Client, ada_later: auth.Identity, ticket_for: IssueTicket, send: Send, done: list[str]
) -> None:
    """Each thing is there once, and does what it does once."""
    before = sorted(texts_of(board))

    await present(board, ticket_for(ada_later, board.id))

    assert sorted(texts_of(board)) == before
    for element, kind in sources(board):
        await send(board, element, kind)
    assert done == ['dialog of Ada', 'page of Ada', 'bar of Ada']


async def test_nothing_is_left_for_nobody(board: Client) -> None:
    """Signing out takes away what was drawn, wherever it hangs, and the handlers."""
    assert len([text for text in texts_of(board) if 'Ada' in text]) == 5

    with board:
        await bridge_of(board).unbind()

    assert not [text for text in texts_of(board) if 'Ada' in text]
    assert not [kind for element, kind in sources(board) if listens(element, kind)]


async def test_database_away_while_a_ticket_comes_takes_nothing_away(
    board: Client,
    backend: auth.AuthBackend,
    ada: auth.Identity,
    ticket_for: IssueTicket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page stays bound to whom it was; the browser will bring another ticket."""
    button, ticket = dialog_button(board), ticket_for(ada, board.id)
    monkeypatch.setattr(type(backend.socket_tickets), 'redeem', raise_unavailable)

    await present(board, ticket)

    assert dialog_button(board) is button
    assert bridge_of(board).page.session_id == ada.session_id


async def test_nothing_runs_for_whoever_comes_next(board: Client, done: list[str]) -> None:
    """Handlers of the whole page know no session to ask for: they go with it."""

    async def move() -> None:
        with board:
            await board.sub_pages_router._handle_open('/login')
        for handler in board.connect_handlers:
            handler()

    await move()
    assert done == ['/login of Ada', 'socket of Ada']
    done.clear()

    await bridge_of(board).unbind()
    await move()

    assert done == []


async def test_drawing_for_nobody_goes_on_after_a_mishap(
    board: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One element that cannot be taken away does not keep the page itself."""
    monkeypatch.setattr(ui.dialog, 'delete', raise_error)

    with board, pytest.raises(ValueError, match='no such child'):
        await bridge_of(board).unbind()

    assert 'Board of Ada' not in texts_of(board)
    assert bridge_of(board).page.parts.drawn_for is None


async def test_what_was_pressed_before_the_ticket_counts(
    board: Client, ada: auth.Identity, ticket_for: IssueTicket, send: Send, done: list[str]
) -> None:
    """The page is being bound once more, to the same session."""
    ticket = ticket_for(ada, board.id)
    pressing = send(board, dialog_button(board), 'click')

    await asyncio.gather(pressing, present(board, ticket))

    assert done == ['dialog of Ada']


async def test_what_was_pressed_as_the_tab_went_counts(
    board: Client,
    backend: auth.AuthBackend,
    send: Send,
    done: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The socket is gone before the session has been looked up."""
    look_up = backend.sessions.require_living

    def look_up_slowly(session_id: str) -> auth.Identity:
        board.tab_id = None  # as NiceGUI notes it
        return look_up(session_id)

    monkeypatch.setattr(backend.sessions, 'require_living', look_up_slowly)

    await send(board, dialog_button(board), 'click')

    assert done == ['dialog of Ada']


async def test_database_that_does_not_answer_takes_nothing_away(
    board: Client,
    backend: auth.AuthBackend,
    ada: auth.Identity,
    ticket_for: IssueTicket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ticket was good, the look-up after it fails: the page stays as it was drawn."""
    button = dialog_button(board)
    look_up = backend.sessions.require_living

    def look_up_and_fail_then(session_id: str) -> auth.Identity:
        monkeypatch.setattr(backend.sessions, 'require_living', raise_unavailable)
        return look_up(session_id)

    monkeypatch.setattr(backend.sessions, 'require_living', look_up_and_fail_then)

    await present(board, ticket_for(ada, board.id))

    assert dialog_button(board) is button
    assert bridge_of(board).page.parts.drawn_for == ada.session_id


async def test_pages_of_others_are_theirs(user: User, send: Send, done: list[str]) -> None:
    """A page that an app adds without us is the author's business, whenever its parts appear."""

    client = page_of_others()
    with client:
        button = ui.button('More', on_click=lambda: done.append('more'))

    await send(client, button, 'click')

    assert done == ['more']
