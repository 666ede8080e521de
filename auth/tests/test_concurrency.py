"""Many callers at one instant, in threads that start together, on one SQLite file."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fastapi import FastAPI
from starlette.testclient import TestClient

from auth import AuthBackend, AuthSettings, EndReason, InvalidSocketTicket, SessionEnded
from auth.database import Database
from auth.models import SCHEMA_VERSION
from auth.rotation import Outcome, Refreshed

from .browser import ORIGIN, Account, Browser
from .database_file import DatabaseFile

T = TypeVar('T')
CALLERS = 20
ROUNDS = 5  # the first opens the connections; from then on callers truly collide


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Run all calls in threads of their own, released by one barrier; return what they return."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_one_of_many_refreshes_rotates(signed_in: Browser, backend: AuthBackend) -> None:
    """Shows that twenty tabs with one token get one rotation, 19 overlaps and one new token."""
    leaf = signed_in.jar

    for generation in range(1, ROUNDS + 1):
        token = leaf
        answers = at_once(*[lambda token=token: backend.rotation.refresh(token)] * CALLERS)

        outcomes = Counter(answer.outcome for answer in answers)
        assert outcomes == {Outcome.ROTATED: 1, Outcome.OVERLAPPED: CALLERS - 1}
        assert {answer.issued.generation for answer in answers} == {generation}
        (leaf,) = {answer.issued.refresh_token for answer in answers}

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


def test_no_refresh_survives_a_logout(
    signed_in: Browser, backend: AuthBackend, database_file: DatabaseFile
) -> None:
    """Shows that whatever refreshes are served around a logout, none of their tokens lives."""
    token, session_id = signed_in.jar, signed_in.session_id

    def refresh() -> str:
        try:
            return backend.rotation.refresh(token).issued.refresh_token
        except SessionEnded as error:
            return error.reason

    def log_out() -> str:
        backend.sessions.end(session_id, EndReason.LOGOUT)
        return 'logged out'

    answers = at_once(*[refresh] * 10, log_out, *[refresh] * 9)

    assert 'logged out' in answers
    assert database_file.end_reason(session_id) == 'logout'
    for answer in set(answers) - {'logged out', 'logout'}:
        assert signed_in.present(answer).json()['reason'] == 'logout'
    assert signed_in.present(token).json()['reason'] == 'logout'


def test_sessions_do_not_disturb_each_other(
    signed_in: Browser, phone: Browser, grace: Account, backend: AuthBackend
) -> None:
    """Shows that each of two users gets tokens of the own session, however they interleave."""
    phone.register(grace)
    tokens = [signed_in.jar, phone.jar]

    def refresh(token: str) -> Refreshed:
        return backend.rotation.refresh(token)

    answers = at_once(*[lambda token=token: refresh(token) for token in tokens * 5])

    sessions = [answer.issued.refresh_token.split('.')[1] for answer in answers]
    assert sessions == [signed_in.session_id, phone.session_id] * 5
    assert [answer.issued.identity.name for answer in answers] == ['Ada', 'Grace'] * 5


def test_one_of_two_registrations_wins(
    laptop: Browser, phone: Browser, ada: Account, database_file: DatabaseFile
) -> None:
    """Shows that an address is taken once, even if nobody had it when both looked."""
    answers = at_once(lambda: laptop.register(ada), lambda: phone.register(ada))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert database_file.value('SELECT count(*) FROM users') == 1
    assert database_file.value('SELECT count(*) FROM sessions') == 1


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


def test_servers_that_start_together_agree(
    database_file: DatabaseFile, settings: AuthSettings
) -> None:
    """Shows that several processes may find an empty file at once, and make one set of tables."""
    databases = [Database(settings.database_url) for _ in range(4)]

    at_once(*[database.create_tables for database in databases])

    assert database_file.value('SELECT version FROM schema_info') == SCHEMA_VERSION
    for database in databases:
        database.close()
