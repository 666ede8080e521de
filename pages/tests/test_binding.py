"""P14, its first half: Python draws for a bound, living session, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

from nicegui.testing import User

import auth
from auth import EndReason
from pages.session_bridge import SessionBridge

IssueTicket = Callable[[auth.Identity, str], str]


def present(user: User, ticket: object) -> None:
    """Send a ticket over the page's socket, as the browser's half of the bridge does."""
    user.find(kind=SessionBridge).trigger('ticket', ticket)


async def test_ticket_draws_the_dashboard(
    user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> None:
    """Nothing private before, the user's name after."""
    client = await user.open('/dashboard')
    await user.should_not_see('Ada')

    present(user, ticket_for(ada, client.id))

    await user.should_see('Ada')
    await user.should_see('ada@example.com')


async def test_ticket_of_another_page_draws_nothing(
    user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> None:
    """A ticket seen elsewhere is of no use here; one for this page is."""
    client = await user.open('/dashboard')
    present(user, ticket_for(ada, 'another-page'))
    await user.should_not_see('Ada')

    present(user, ticket_for(ada, client.id))

    await user.should_see('Ada')


async def test_ticket_works_once(user: User, ada: auth.Identity, ticket_for: IssueTicket) -> None:
    """A second presentation binds nobody, and takes the first one's drawing away."""
    client = await user.open('/dashboard')
    ticket = ticket_for(ada, client.id)
    present(user, ticket)
    await user.should_see('Ada')

    present(user, ticket)

    await user.should_not_see('Ada')


async def test_garbage_binds_nobody(user: User, ada: auth.Identity) -> None:
    """Whatever a stranger sends over the socket, the page stays unbound and goes on."""
    await user.open('/dashboard')

    for garbage in ('', 'a.b.c', 7, None, {'ticket': 'x'}, ['x'] * 3):
        present(user, garbage)

    await user.should_not_see('Ada')


async def test_signing_out_takes_the_dashboard_away(
    user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> None:
    """When the browser says that it has signed out, nothing private stays in the page."""
    client = await user.open('/dashboard')
    present(user, ticket_for(ada, client.id))
    await user.should_see('Ada')

    user.find(kind=SessionBridge).trigger('signed_out')

    await user.should_not_see('Ada')


async def test_page_of_an_ended_session_draws_nothing(
    user: User, ada: auth.Identity, ticket_for: IssueTicket, backend: auth.AuthBackend
) -> None:
    """The session ended elsewhere: the next navigation finds out, though nobody told the page."""
    client = await user.open('/dashboard')
    present(user, ticket_for(ada, client.id))
    await user.should_see('Ada')

    backend.sessions.end(ada.session_id, EndReason.LOGOUT)
    with client:
        await client.sub_pages_router.refresh()

    await user.should_not_see('Ada')
