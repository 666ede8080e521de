"""Socket tickets: one use, one page, thirty seconds, a living session."""

from __future__ import annotations

import pytest

from auth import AuthBackend, InvalidSocketTicket, SessionEnded

from . import forge
from .browser import Account, Browser
from .clock import JUST, START, Clock

pytestmark = pytest.mark.databases('sqlite')  # no ticket is ever stored


def test_ticket_says_who_is_at_the_page(
    signed_in: Browser, ada: Account, backend: AuthBackend
) -> None:
    """Shows that the page's server side learns user and session, and since when."""
    answer = signed_in.ticket('page-1')

    identity = backend.socket_tickets.redeem(answer.json()['ticket'], 'page-1')

    assert answer.json()['expires_in'] == 30
    assert identity.user_id == signed_in.me().json()['user']['id']
    assert identity.session_id == signed_in.session_id
    assert (identity.name, identity.email) == (ada.name, ada.email)
    assert identity.signed_in_at == START


@pytest.mark.checklist('V4.4.3')
def test_ticket_works_once(signed_in: Browser, backend: AuthBackend) -> None:
    """Shows that a ticket read off the socket is worthless; the next one is not."""
    ticket = signed_in.ticket('page-1').json()['ticket']
    backend.socket_tickets.redeem(ticket, 'page-1')

    with pytest.raises(InvalidSocketTicket, match='used before'):
        backend.socket_tickets.redeem(ticket, 'page-1')

    another = signed_in.ticket('page-1').json()['ticket']
    assert backend.socket_tickets.redeem(another, 'page-1')


@pytest.mark.parametrize('client_id', ['page-2', 'page-', 'page-11', 'PAGE-1', '', 'pagé-1'])
@pytest.mark.checklist('V4.4.3')
def test_ticket_is_for_one_page(signed_in: Browser, backend: AuthBackend, client_id: str) -> None:
    """Shows that another page cannot redeem it, and does not use it up by trying."""
    ticket = signed_in.ticket('page-1').json()['ticket']

    with pytest.raises(InvalidSocketTicket, match='another page'):
        backend.socket_tickets.redeem(ticket, client_id)

    assert backend.socket_tickets.redeem(ticket, 'page-1')


def test_ticket_works_until_thirty_seconds(
    signed_in: Browser, backend: AuthBackend, clock: Clock
) -> None:
    """Shows the last moment of a ticket's life."""
    ticket = signed_in.ticket('page-1').json()['ticket']

    clock.advance(30 - JUST)

    assert backend.socket_tickets.redeem(ticket, 'page-1')


@pytest.mark.checklist('V4.4.3')
def test_ticket_expires_after_thirty_seconds(
    signed_in: Browser, backend: AuthBackend, clock: Clock
) -> None:
    """Shows that a ticket which was late opens nothing, and a used one does not revive."""
    ticket, used = (signed_in.ticket('page-1').json()['ticket'] for _ in range(2))
    backend.socket_tickets.redeem(used, 'page-1')

    clock.advance(30)

    for late in (ticket, used):
        with pytest.raises(InvalidSocketTicket):
            backend.socket_tickets.redeem(late, 'page-1')


@pytest.mark.checklist('V4.4.3')
def test_ticket_dies_with_its_session(signed_in: Browser, backend: AuthBackend) -> None:
    """Shows that a page cannot be bound to a session that was logged out meanwhile."""
    ticket = signed_in.ticket('page-1').json()['ticket']
    signed_in.log_out()

    with pytest.raises(SessionEnded) as refusal:
        backend.socket_tickets.redeem(ticket, 'page-1')

    assert refusal.value.reason == 'logout'


def test_ended_session_gets_no_ticket(signed_in: Browser) -> None:
    """Shows that asking for a ticket takes a living session, not just a genuine token."""
    assert signed_in.ticket('page-1').status_code == 200
    signed_in.log_out()

    answer = signed_in.ticket('page-1')

    assert answer.status_code == 401
    assert answer.json()['code'] == 'session_ended'


@pytest.mark.parametrize('ticket', ['', 'garbage', 'a.b.c', 'x' * 100_000, '..'])
def test_garbage_is_no_ticket(backend: AuthBackend, ticket: str) -> None:
    """Shows that what comes over the socket is refused with one error, whatever it is."""
    with pytest.raises(InvalidSocketTicket):
        backend.socket_tickets.redeem(ticket, 'page-1')


def test_ticket_says_nothing_personal(signed_in: Browser) -> None:
    """Shows that the one thing which crosses the socket holds ids and times only."""
    header, claims = forge.decode(signed_in.ticket('page-1').json()['ticket'])

    assert header['typ'] == 'socket-ticket+jwt'
    assert claims['aud'] == 'socket'
    assert claims['exp'] - claims['iat'] == 30
    assert claims.keys() == {'iss', 'aud', 'iat', 'exp', 'sub', 'sid', 'jti', 'client_id'}
