"""Many callers at one instant: threads that start together, in one server and in two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from auth import AuthBackend, EndReason, InvalidSocketTicket, SessionEnded
from auth.sessions.outcomes import Outcome

from . import other_process
from .at_once import at_once
from .browser import ORIGIN, Account, Browser, new_account
from .other_process import Server, start_other_process
from .stored import Stored

CALLERS = 20
ROUNDS = 30  # the first opens the connections; from then on callers truly collide


@pytest.fixture(scope='module')
def process() -> Iterator[Executor]:
    """Give a second process."""
    with start_other_process(CALLERS) as process:
        yield process


@pytest.fixture
def server(stored: Stored, keys_folder: Path) -> Server:
    """Say what a second server of the same sessions needs."""
    return Server(stored.url, keys_folder)


def test_one_of_many_refreshes_rotates(signed_in: Browser, backend: AuthBackend) -> None:
    """Shows that twenty tabs with one token get one rotation, 19 overlaps and one new token."""
    leaf = signed_in.jar

    for generation in range(1, ROUNDS + 1):
        token = leaf
        answers = at_once(*[partial(backend.rotation.refresh, token)] * CALLERS)

        outcomes = Counter(answer.outcome for answer in answers)
        assert outcomes == {Outcome.ROTATED: 1, Outcome.OVERLAPPED: CALLERS - 1}
        assert {answer.generation for answer in answers} == {generation}
        (leaf,) = {answer.refresh_token for answer in answers}

    assert signed_in.present(leaf).json()['outcome'] == 'rotated'


def test_one_of_many_refreshes_rotates_in_two_processes(
    signed_in: Browser, process: Executor, server: Server
) -> None:
    """Shows the same for twenty tabs of which ten are served by another server."""
    here = partial(other_process.refresh, server, signed_in.jar, CALLERS // 2, ROUNDS)
    there = process.submit(here)

    both = list(zip(here(), there.result(), strict=True))

    for generation, (some, others) in enumerate(both, start=1):
        answers = some + others
        outcomes = Counter(answer.outcome for answer in answers)
        assert outcomes == {Outcome.ROTATED: 1, Outcome.OVERLAPPED: CALLERS - 1}
        assert {answer.generation for answer in answers} == {generation}
        assert len({answer.refresh_token for answer in answers}) == 1
    leaf = both[-1][0][0].refresh_token
    assert signed_in.present(leaf).json()['outcome'] == 'rotated'


def test_many_http_refreshes_agree(signed_in: Browser, app: FastAPI) -> None:
    """Shows the same through the whole stack: nobody is refused, all jars hold one token."""
    browsers = [Browser(TestClient(app, base_url=ORIGIN)) for _ in range(8)]
    for browser in browsers:
        browser.jar = signed_in.jar

    answers = at_once(*[browser.refresh for browser in browsers])

    outcomes = Counter(answer.json()['outcome'] for answer in answers)
    assert outcomes == {'rotated': 1, 'overlapped': 7}
    assert len({browser.jar for browser in browsers}) == 1


def refresh_or_reason(backend: AuthBackend, token: str) -> str:
    """Return the refresh token that one gets, or why one gets none."""
    try:
        return backend.rotation.refresh(token).refresh_token
    except SessionEnded as error:
        return error.reason


def expect_logged_out(browser: Browser, stored: Stored, answers: list[str]) -> None:
    """Check that no token that was got meanwhile is worth anything, nor is the one before."""
    assert stored.end_reason(browser.session_id) == 'logout'
    for token in {*answers, browser.jar} - {'logout'}:
        assert browser.present(token).json()['reason'] == 'logout'


def test_no_refresh_survives_a_logout(
    signed_in: Browser, backend: AuthBackend, stored: Stored
) -> None:
    """Shows that whatever refreshes are served around a logout, none of their tokens lives."""
    refresh = partial(refresh_or_reason, backend, signed_in.jar)
    session_id = signed_in.session_id

    def log_out() -> str:
        backend.sessions.end(session_id, EndReason.LOGOUT)
        return 'logout'

    answers = at_once(*[refresh] * 10, log_out, *[refresh] * 9)

    expect_logged_out(signed_in, stored, answers)


def test_no_refresh_survives_a_logout_in_another_process(
    *,
    laptop: Browser,
    backend: AuthBackend,
    stored: Stored,
    process: Executor,
    server: Server,
) -> None:
    """Shows the same for a logout that another server serves."""
    for _ in range(10):
        laptop.client.cookies.clear()
        laptop.register(new_account('Ada'))
        refresh = partial(refresh_or_reason, backend, laptop.jar)
        logout = process.submit(other_process.log_out, server, laptop.jar)

        answers = at_once(*[refresh] * (CALLERS - 1), barrier=other_process.the_barrier())

        logout.result()
        expect_logged_out(laptop, stored, answers)


def test_sessions_do_not_disturb_each_other(
    signed_in: Browser, phone: Browser, grace: Account, backend: AuthBackend
) -> None:
    """Shows that each of two users gets tokens of the own session, however they interleave."""
    phone.register(grace)
    tokens = [signed_in.jar, phone.jar]

    answers = at_once(*[partial(backend.rotation.refresh, token) for token in tokens * 5])

    sessions = [answer.refresh_token.split('.')[1] for answer in answers]
    assert sessions == [signed_in.session_id, phone.session_id] * 5
    assert [answer.identity.name for answer in answers] == ['Ada', 'Grace'] * 5


def test_one_of_two_registrations_wins(
    laptop: Browser, phone: Browser, ada: Account, stored: Stored
) -> None:
    """Shows that an address is taken once, even if nobody had it when both looked."""
    answers = at_once(lambda: laptop.register(ada), lambda: phone.register(ada))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert stored.value('SELECT count(*) FROM users') == 1
    assert stored.value('SELECT count(*) FROM sessions') == 1


def test_ticket_is_redeemed_once(signed_in: Browser, backend: AuthBackend) -> None:
    """Shows that twenty sockets with one ticket bind one page."""
    ticket = signed_in.ticket('page-1').json()['ticket']

    def redeem() -> bool:
        try:
            backend.socket_tickets.redeem(ticket, 'page-1')
        except InvalidSocketTicket:
            return False
        return True

    assert sum(at_once(*[redeem] * CALLERS)) == 1
