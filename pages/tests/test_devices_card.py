"""The devices card: drawn by Python, for the living session's user, whoever presses its buttons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from nicegui import Client
from nicegui.testing import User

import auth
from auth import EndReason
from pages.elements import Button

from .conftest import PASSWORD
from .test_binding import IssueTicket, present

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
    await user.should_see('Firefox on Linux')
    return client


def button_of(client: Client, label: str) -> Button:
    """Return the button, whose handler a click in the browser calls over the socket."""
    (button,) = [e for e in client.elements.values() if isinstance(e, Button) and e.text == label]
    return button


def is_alive(backend: auth.AuthBackend) -> Callable[[auth.Identity], bool]:
    """Give what tells whether a session lives."""
    return lambda identity: not backend.sessions.ended_among([identity.session_id])


async def test_card_shows_both_devices(user: User, dashboard: Client) -> None:
    """Browser, system, address, and which one this is."""
    await user.should_see('This device')
    await user.should_see('from 192.0.2.7')
    await user.should_see('Unknown browser on an unknown system')


@pytest.mark.parametrize('label', ['End session', 'Log out other devices'])
async def test_button_ends_the_other_session(
    label: str,
    user: User,
    dashboard: Client,
    backend: auth.AuthBackend,
    ada: auth.Identity,
    elsewhere: auth.Identity,
) -> None:
    """The other device is out and off the list; this one stays."""
    with dashboard:
        await button_of(dashboard, label)._press()

    alive = is_alive(backend)
    assert (alive(elsewhere), alive(ada)) == (False, True)
    await user.should_not_see('Firefox on Linux')
    await user.should_see('This device')


@pytest.mark.parametrize('label', ['End session', 'Log out other devices'])
@pytest.mark.checklist('V4.4.3', 'V7.4.1')
async def test_buttons_of_an_ended_session_do_nothing(
    label: str,
    dashboard: Client,
    backend: auth.AuthBackend,
    ada: auth.Identity,
    elsewhere: auth.Identity,
) -> None:
    """P14: the page is still open, its session is over; whoever presses ends nobody's session."""
    button = button_of(dashboard, label)
    backend.sessions.end(ada.session_id, EndReason.LOGOUT)

    with dashboard:
        await button._press()

    assert is_alive(backend)(elsewhere)
