"""The devices card: drawn by Python, for the living session's user, whoever presses its buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from nicegui import Client
from nicegui.testing import User

import auth
from auth import EndReason
from pages.elements import Button

from .conftest import PASSWORD
from .faults import raise_unavailable
from .test_binding import IssueTicket, present

Send = Callable[..., Awaitable[None]]

TRIES = 100  # ten seconds, on a machine that does other things as well
FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'


@pytest.fixture
async def elsewhere(ada: auth.Identity, backend: auth.AuthBackend) -> auth.Identity:
    """Ada on another device."""
    caller = auth.Caller(None, FIREFOX, '192.0.2.7')
    issued = await backend.login.log_in(ada.email, PASSWORD, caller, stay_signed_in=True)
    return issued.identity


@pytest.fixture
async def dashboard(
    user: User, ada: auth.Identity, elsewhere: auth.Identity, ticket_for: IssueTicket
) -> Client:
    """Ada's dashboard, bound and drawn."""
    client = await user.open('/dashboard')
    await present(client, ticket_for(ada, client.id))
    await user.should_see('Firefox on Linux', retries=TRIES)  # drawn by a timer
    return client


def button_of(client: Client, label: str) -> Button:
    """Return the button with this text."""
    (button,) = [e for e in client.elements.values() if isinstance(e, Button) and e.text == label]
    return button


def is_alive(backend: auth.AuthBackend) -> Callable[[auth.Identity], bool]:
    """Give what tells whether a session lives."""
    return lambda identity: not backend.sessions.ended_among([identity.session_id])


def denials(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says about handlers that did not run."""
    messages = [record.getMessage() for record in caplog.records]
    return [message for message in messages if '_denied ' in message]


async def test_card_shows_both_devices(user: User, dashboard: Client) -> None:
    """Browser, system, address, and which one this is."""
    await user.should_see('This device')
    await user.should_see('from 192.0.2.7')
    await user.should_see('Unknown browser on an unknown system')


@pytest.mark.parametrize('label', ['End session', 'Log out other devices'])
async def test_button_ends_the_other_session(
    label: str,
    user: User,
    *,
    dashboard: Client,
    backend: auth.AuthBackend,
    ada: auth.Identity,
    elsewhere: auth.Identity,
    send: Send,
) -> None:
    """The other device is out and off the list; this one stays."""
    await send(dashboard, button_of(dashboard, label), 'click')

    alive = is_alive(backend)
    assert (alive(elsewhere), alive(ada)) == (False, True)
    await user.should_not_see('Firefox on Linux')
    await user.should_see('This device')


@pytest.mark.parametrize('label', ['End session', 'Log out other devices'])
@pytest.mark.checklist('V4.4.3', 'V7.4.1')
async def test_buttons_of_an_ended_session_do_nothing(
    label: str,
    *,
    dashboard: Client,
    backend: auth.AuthBackend,
    ada: auth.Identity,
    elsewhere: auth.Identity,
    send: Send,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """P14: the page is still open, its session is over; whoever presses ends nobody's session."""
    button = button_of(dashboard, label)
    backend.sessions.end(ada.session_id, EndReason.LOGOUT)

    await send(dashboard, button, 'click')

    assert is_alive(backend)(elsewhere)
    assert denials(caplog) == [f'page_denied what=Button session={ada.session_id}']


async def test_only_what_is_denied_is_logged_as_denied(
    *,
    dashboard: Client,
    backend: auth.AuthBackend,
    elsewhere: auth.Identity,
    send: Send,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A database that does not answer is no refusal, and neither is a press that works."""

    button = button_of(dashboard, 'Log out other devices')
    with monkeypatch.context() as patch:
        patch.setattr(backend.sessions, 'require_living', raise_unavailable)
        await send(dashboard, button, 'click')
    assert is_alive(backend)(elsewhere)

    await send(dashboard, button, 'click')

    assert not is_alive(backend)(elsewhere)
    assert denials(caplog) == []


async def test_buttons_obey_their_own_page_only(
    *,
    user: User,
    dashboard: Client,
    backend: auth.AuthBackend,
    elsewhere: auth.Identity,
    send: Send,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """P14: who knows a page's id, and even its buttons, still has no socket of that page."""
    button = button_of(dashboard, 'Log out other devices')
    strangers = await user.open('/login')

    await send(dashboard, button, 'click', socket_of=strangers)

    assert is_alive(backend)(elsewhere)
    assert denials(caplog) == ['message_denied what=event']
    await send(dashboard, button, 'click')
    assert not is_alive(backend)(elsewhere)
