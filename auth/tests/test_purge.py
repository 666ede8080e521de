"""Deleting what ended long ago: all of that, nothing else, and never in anybody's way."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import pytest

from auth import AuthBackend, DatabaseUnavailable
from auth.sessions import purge
from auth.sessions.purge import Purge

from .browser import Account, Browser
from .clock import DAY, JUST, MINUTE, Clock
from .faults import Fault
from .stored import Stored

SESSIONS = 'SELECT count(*) FROM sessions'
TOKENS = 'SELECT count(*) FROM refresh_tokens'
START = Purge.start  # no test has replaced it yet


@pytest.fixture
def batches_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make batches so small that there are several."""
    monkeypatch.setattr(purge, 'BATCH_SESSIONS', 2)


@pytest.fixture
def five_old(laptop: Browser, ada: Account, clock: Clock) -> Clock:
    """Let Ada have five sessions that are due to be purged, each with two tokens."""
    laptop.register(ada)
    laptop.refresh()
    for _ in range(4):
        laptop.client.cookies.clear()
        laptop.log_in(ada)
        laptop.refresh()
    clock.advance(15 * DAY + JUST)
    return clock


def test_all_batches_are_deleted(
    five_old: Clock, backend: AuthBackend, stored: Stored, batches_of_two: None
) -> None:
    """Shows that one round deletes whatever is due, and each session's tokens with it."""
    assert (stored.value(SESSIONS), stored.value(TOKENS)) == (5, 10)

    deleted = backend.purge.run_once()

    assert deleted == 5
    assert (stored.value(SESSIONS), stored.value(TOKENS)) == (0, 0)
    assert stored.value('SELECT count(*) FROM users') == 1
    assert backend.purge.run_once() == 0


def test_living_sessions_stay(
    five_old: Clock, phone: Browser, ada: Account, backend: AuthBackend, stored: Stored
) -> None:
    """Shows that a user's session which is alive goes on while the old ones are deleted."""
    phone.log_in(ada)

    assert backend.purge.run_once() == 5

    assert (stored.value(SESSIONS), stored.value(TOKENS)) == (1, 1)
    assert phone.refresh().json()['outcome'] == 'rotated'


@pytest.mark.parametrize(('seconds', 'deleted'), [(15 * DAY, 0), (15 * DAY + JUST, 1)])
def test_expired_session_is_remembered_for_a_day(
    signed_in: Browser, backend: AuthBackend, clock: Clock, seconds: float, deleted: int
) -> None:
    """Shows that a token of yesterday is told that its session expired, later that it is unknown."""
    clock.advance(seconds)

    assert backend.purge.run_once() == deleted

    answer = signed_in.refresh().json()
    assert (answer['code'], answer.get('reason')) == (
        ('invalid', None) if deleted else ('session_ended', 'expired')
    )


def test_ended_session_is_remembered_too(
    signed_in: Browser, backend: AuthBackend, clock: Clock
) -> None:
    """Shows that a copy which turns up days after a logout is told that there was one."""
    cookie = signed_in.jar
    signed_in.log_out()
    clock.advance(14 * DAY)

    assert backend.purge.run_once() == 0

    assert signed_in.present(cookie).json()['reason'] == 'logout'
    clock.advance(DAY + JUST)
    assert backend.purge.run_once() == 1


def test_session_in_use_is_never_due(
    signed_in: Browser, backend: AuthBackend, clock: Clock
) -> None:
    """Shows that age alone is no reason: what counts is the last refresh."""
    for _ in range(8):
        clock.advance(10 * DAY)
        assert signed_in.refresh().status_code == 200
        assert backend.purge.run_once() == 0

    assert signed_in.me().status_code == 200


def test_stopped_purge_begins_no_batch(
    five_old: Clock, backend: AuthBackend, stored: Stored, batches_of_two: None
) -> None:
    """Shows that a server which is shut down in the middle of a round finishes one batch only."""

    def stop_and_tell_the_time() -> float:
        stopping.stop()
        return five_old()

    stopping = Purge(backend.database, backend.ended_list, stop_and_tell_the_time)

    assert stopping.run_once() == 2

    assert stopping.run_once() == 0
    assert stored.value(SESSIONS) == 3
    assert backend.purge.run_once() == 3


def test_failed_batch_is_undone(
    five_old: Clock, backend: AuthBackend, stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that no session is left without its tokens, and none of its tokens without it."""
    fault = Fault(backend.database, monkeypatch)
    before, moment = stored.dump(), 0
    fault.at(moment)
    while fault_stops(backend.purge):
        assert stored.dump() == before
        moment += 1
        fault.at(moment)

    assert moment > 5
    assert stored.value(SESSIONS) == 0


def fault_stops(purge: Purge) -> bool:
    """Say whether a round failed."""
    try:
        purge.run_once()
    except DatabaseUnavailable:
        return True
    return False


class Hours(threading.Event):
    """Hours that pass at once; at the end of each something happens, and the last one is the end."""

    def __init__(self, *happenings: Callable[[], object]) -> None:
        super().__init__()
        self._happenings = iter(happenings)

    def wait(self, timeout: float | None = None) -> bool:
        """Let the next thing happen, or say that it is time to stop."""
        assert timeout == purge.INTERVAL_SECONDS
        for happen in self._happenings:
            happen()
            return False
        self.set()
        return True


def run(purge: Purge) -> None:
    """Run the thread to its end."""
    before = set(threading.enumerate())  # another app's purge may wait for its hour to pass
    START(purge)
    for thread in set(threading.enumerate()) - before:
        thread.join(60)


def purge_after_a_failure(clock: Clock, backend: AuthBackend, stored: Stored) -> None:
    """Run two rounds; the first one deletes nothing, the second one all that is due."""
    left = []
    hours = Hours(lambda: left.append(stored.value(SESSIONS)))

    run(Purge(backend.database, backend.ended_list, clock, lambda: hours))

    assert left == [5]
    assert stored.value(SESSIONS) == 0


def test_purge_outlives_a_database_failure(
    five_old: Clock,
    backend: AuthBackend,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Shows that the hour after a failure is tried again, and that an operator hears of both."""
    caplog.set_level(logging.INFO, 'auth')
    Fault(backend.database, monkeypatch).at(0)

    purge_after_a_failure(five_old, backend, stored)

    assert [entry.getMessage() for entry in caplog.records if entry.name == 'auth'] == [
        'Purging waits for the database: OperationalError: a fault',
        'Purged 5 sessions that ended long ago.',
    ]


def test_purge_outlives_any_error(
    five_old: Clock,
    backend: AuthBackend,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Shows that a statement which is wrong ends one round, not all that would follow."""
    fault = Fault(backend.database, monkeypatch)
    fault.error = backend.database._engine.dialect.loaded_dbapi.ProgrammingError('a mistake')
    fault.at(0)

    purge_after_a_failure(five_old, backend, stored)

    assert 'Purging failed.' in caplog.text
    assert 'a mistake' in caplog.text


def test_purge_goes_on_every_hour(
    signed_in: Browser, backend: AuthBackend, clock: Clock, stored: Stored
) -> None:
    """Shows that what is not due yet is found when it is."""
    counts = []

    def next_fortnight() -> None:
        counts.append(stored.value(SESSIONS))
        clock.advance(14 * DAY)

    hours = Hours(next_fortnight, next_fortnight)
    run(Purge(backend.database, backend.ended_list, clock, lambda: hours))

    assert counts == [1, 1]
    assert stored.value(SESSIONS) == 0


@pytest.mark.databases('postgresql')
def test_locked_session_is_left_for_later(
    five_old: Clock, backend: AuthBackend, stored: Stored
) -> None:
    """Shows that purging waits for nobody, so it is never one of two that wait for each other."""
    with stored.engine.connect() as other:
        other.exec_driver_sql('BEGIN')
        other.exec_driver_sql('SELECT id FROM sessions ORDER BY id LIMIT 2 FOR UPDATE')

        assert backend.purge.run_once() == 3

        assert stored.value(SESSIONS) == 2
        other.exec_driver_sql('ROLLBACK')
    assert backend.purge.run_once() == 2


def test_rows_of_a_session_stay_few(
    signed_in: Browser, backend: AuthBackend, clock: Clock, stored: Stored
) -> None:
    """Shows that 500 rotations, ten minutes apart, leave no trail of rows behind."""
    token = signed_in.jar

    for _ in range(500):
        clock.advance(10 * MINUTE)
        token = backend.rotation.refresh(token).refresh_token

    assert '.500.' in token
    rows = stored.value(TOKENS)
    assert isinstance(rows, int)
    assert 1 <= rows <= 3
