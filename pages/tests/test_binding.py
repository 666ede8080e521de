"""P14, its first half: Python draws for a bound, living session, and for nobody else."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from nicegui import Client, ui
from nicegui.testing import User

import auth
from auth import EndReason
from pages.session_bridge import SessionBridge

IssueTicket = Callable[[auth.Identity, str], str]

PATIENCE_SECONDS = 10


def bridge_of(client: Client) -> SessionBridge:
    """Return the page's bridge, whose methods the browser calls over the socket."""
    return next(e for e in client.elements.values() if isinstance(e, SessionBridge))


async def present(client: Client, ticket: object) -> None:
    """Hand the page a ticket, and wait until it has been dealt with and the page is drawn."""
    with client:
        await bridge_of(client).bind(ticket)
    (pages,) = [each for each in client.elements.values() if isinstance(each, ui.sub_pages)]
    await asyncio.gather(*pages._active_tasks, return_exceptions=True)


def delay_look_up(
    backend: auth.AuthBackend, monkeypatch: pytest.MonkeyPatch
) -> tuple[threading.Event, threading.Event]:
    """Make the look-up of living sessions say when it is asked, and wait until it may answer."""
    asked, answer = threading.Event(), threading.Event()
    look_up = backend.sessions.require_living

    def wait_and_look_up(session_id: str) -> auth.Identity:
        asked.set()
        answer.wait(PATIENCE_SECONDS)
        return look_up(session_id)

    monkeypatch.setattr(backend.sessions, 'require_living', wait_and_look_up)
    return asked, answer


@pytest.mark.checklist('V4.4.3')
async def test_ticket_draws_the_dashboard(
    user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> None:
    """Nothing private before, the user's name after."""
    client = await user.open('/dashboard')
    await user.should_not_see('Ada')

    await present(client, ticket_for(ada, client.id))

    await user.should_see('Ada')
    await user.should_see('Your devices')


async def test_what_was_drawn_is_not_told_again(
    user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> None:
    """NiceGUI keeps what it has told a page, for a socket that asks again from some message on."""
    client = await user.open('/dashboard')
    await present(client, ticket_for(ada, client.id))
    told = client.outbox.message_history
    told.append((7, time.time(), (client.id, 'update', {'1': {'text': ada.name}})))

    with client:
        await bridge_of(client).unbind()

    assert ada.name not in str(told)


async def test_ticket_of_another_page_draws_nothing(
    user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> None:
    """A ticket seen elsewhere is of no use here; one for this page is."""
    client = await user.open('/dashboard')
    await present(client, ticket_for(ada, 'another-page'))
    await user.should_not_see('Ada')

    await present(client, ticket_for(ada, client.id))

    await user.should_see('Ada')


async def test_ticket_works_once(user: User, ada: auth.Identity, ticket_for: IssueTicket) -> None:
    """A second presentation binds nobody, and takes the first one's drawing away."""
    client = await user.open('/dashboard')
    ticket = ticket_for(ada, client.id)
    await present(client, ticket)
    await user.should_see('Ada')

    await present(client, ticket)

    await user.should_not_see('Ada')


@pytest.mark.checklist('V4.4.3')
async def test_garbage_binds_nobody(
    user: User, ada: auth.Identity, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a stranger sends over the socket, the page stays unbound and goes on; it is logged."""
    client = await user.open('/dashboard')

    some = ('', 'a.b.c', 7, None, {'ticket': 'x'}, ['x'] * 3)
    for garbage in some:
        await present(client, garbage)

    await user.should_not_see('Ada')
    assert caplog.text.count('ticket_refused') == len(some)


async def test_signing_out_takes_the_dashboard_away(
    user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> None:
    """When the browser says that it has signed out, nothing private stays in the page."""
    client = await user.open('/dashboard')
    await present(client, ticket_for(ada, client.id))
    await user.should_see('Ada')

    with client:
        await bridge_of(client).unbind()

    await user.should_not_see('Ada')


@pytest.mark.checklist('V7.4.1')
async def test_page_of_an_ended_session_draws_nothing(
    user: User, ada: auth.Identity, ticket_for: IssueTicket, settings: auth.AuthSettings
) -> None:
    """Another process ended the session: the next navigation finds out, though nobody told us."""
    elsewhere = auth.install(FastAPI(), settings)
    client = await user.open('/dashboard')
    await present(client, ticket_for(ada, client.id))
    await user.should_see('Ada')

    elsewhere.sessions.end(ada.session_id, EndReason.LOGOUT)
    with client:
        await client.sub_pages_router.refresh()

    await user.should_not_see('Ada')
    elsewhere.close()


@pytest.mark.checklist('V7.4.1')
async def test_end_of_the_session_unbinds_its_pages(
    user: User, ada: auth.Identity, ticket_for: IssueTicket, backend: auth.AuthBackend
) -> None:
    """A session ended in this process leaves no page bound, even one that nobody touches again."""
    client = await user.open('/dashboard')
    page = bridge_of(client).page
    await present(client, ticket_for(ada, client.id))
    assert page.session_id == ada.session_id

    backend.sessions.end(ada.session_id, EndReason.LOGOUT)
    await asyncio.sleep(0)  # not a wait: one turn of the loop, in which it is told

    assert page.session_id is None


async def test_drawing_can_be_called_off_while_it_asks(
    user: User,
    ada: auth.Identity,
    ticket_for: IssueTicket,
    backend: auth.AuthBackend,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page drawn anew calls the first drawing off; one that went on would draw it twice."""
    client = await user.open('/dashboard')
    await present(client, ticket_for(ada, client.id))
    asked, answer = delay_look_up(backend, monkeypatch)
    drawing = asyncio.create_task(bridge_of(client).page.identity())
    await asyncio.to_thread(asked.wait, PATIENCE_SECONDS)
    drawing.cancel()
    answer.set()

    with pytest.raises(asyncio.CancelledError):
        await drawing


async def test_signing_out_while_being_bound_wins(
    user: User,
    ada: auth.Identity,
    ticket_for: IssueTicket,
    backend: auth.AuthBackend,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The ticket was on its way when the person signed out: the page ends up acting for nobody."""
    client = await user.open('/dashboard')
    bridge = bridge_of(client)
    asked, answer = delay_look_up(backend, monkeypatch)
    binding = asyncio.create_task(bridge.page.bind(ticket_for(ada, client.id)))
    await asyncio.to_thread(asked.wait, PATIENCE_SECONDS)
    bridge.page.unbind()
    answer.set()

    assert not await binding
    assert bridge.page.session_id is None
    assert await bridge.page.bind(ticket_for(ada, client.id))  # undisturbed, it is bound
