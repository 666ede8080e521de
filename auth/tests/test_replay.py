"""Row 5 of the session rules, REPLAY: somebody has a copy, and nobody knows who."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

import pytest

from .browser import Account, Browser
from .clock import MINUTE, Clock
from .stored import Stored


def replay_used(laptop: Browser, clock: Clock) -> str:
    """Return a used token whose successor the browser has been seen with."""
    token = laptop.jar
    laptop.refresh()
    clock.advance(2 * MINUTE)
    laptop.me()
    return token


def replay_superseded(laptop: Browser, clock: Clock) -> str:
    """Return a leaf that a recovery has replaced."""
    kept = laptop.jar
    laptop.refresh()
    token = laptop.jar
    clock.advance(10 * MINUTE)
    assert laptop.present(kept).json()['outcome'] == 'recovered'
    return token


def replay_superseded_and_pruned(laptop: Browser, clock: Clock) -> str:
    """Return a superseded leaf after a later rotation has dropped its row."""
    token = replay_superseded(laptop, clock)
    laptop.refresh()
    return token


def replay_pruned(laptop: Browser, clock: Clock) -> str:
    """Return a used token whose row is long gone."""
    token = laptop.jar
    for _ in range(3):
        clock.advance(10 * MINUTE)
        laptop.refresh()
    return token


REPLAYS = [replay_used, replay_superseded, replay_superseded_and_pruned, replay_pruned]
Replay = Callable[[Browser, Clock], str]


@pytest.mark.parametrize('replay', REPLAYS)
@pytest.mark.checklist('V10.4.5')
def test_replayed_token_ends_its_session(
    signed_in: Browser, clock: Clock, stored: Stored, replay: Replay
) -> None:
    """Shows that a copy is refused, and that the end is committed before that is said."""
    copy = replay(signed_in, clock)
    leaf, access_token = signed_in.jar, signed_in.access_token

    answer = signed_in.present(copy)

    assert answer.status_code == 401
    assert answer.json()['code'] == 'session_ended'
    assert answer.json()['reason'] == 'replay'
    assert signed_in.jar == ''
    assert stored.end_reason(copy.split('.')[1]) == 'replay'
    assert signed_in.present(leaf).json()['reason'] == 'replay'
    assert signed_in.me(access_token).json()['reason'] == 'replay'


@pytest.mark.parametrize('replay', REPLAYS)
def test_replayed_token_ends_only_its_own_session(
    signed_in: Browser,
    phone: Browser,
    ada: Account,
    clock: Clock,
    replay: Replay,
) -> None:
    """Shows that a copied token cannot be used to sign the user out elsewhere."""
    phone.log_in(ada)
    copy = replay(signed_in, clock)

    assert signed_in.present(copy).json()['reason'] == 'replay'

    assert phone.refresh().json()['outcome'] == 'rotated'
    assert phone.me().status_code == 200
    assert signed_in.log_in(ada).status_code == 200  # the account is not harmed either


@pytest.mark.checklist('V16.3.1')
def test_replay_is_a_critical_event(
    signed_in: Browser, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows that an operator is told, with the session and nothing secret."""
    copy = replay_used(signed_in, clock)
    session_id = signed_in.session_id

    signed_in.present(copy)

    (event,) = [entry for entry in caplog.records if entry.levelno == logging.CRITICAL]
    assert event.name == 'auth.audit'
    assert event.getMessage() == f'refresh_replayed session={session_id} generation=0'


def test_replay_of_an_ended_session_changes_nothing(
    signed_in: Browser, clock: Clock, stored: Stored
) -> None:
    """Shows that a copy of a session that was logged out harms nothing any more."""
    copy = replay_used(signed_in, clock)
    signed_in.log_out()
    before = stored.dump()

    answer = signed_in.present(copy)

    assert answer.json()['reason'] == 'logout'
    assert stored.dump() == before


def test_lock_step_thief_is_out_at_his_first_step(
    signed_in: Browser, phone: Browser, clock: Clock
) -> None:
    """Shows that victim and thief cannot both go on with one copied token."""
    phone.jar = signed_in.jar
    assert signed_in.refresh().status_code == 200
    clock.advance(10 * MINUTE)
    assert signed_in.refresh().status_code == 200

    answer = phone.refresh()

    assert answer.json()['reason'] == 'replay'


LIVE = 'used_at IS NULL AND superseded_at IS NULL'


@pytest.mark.parametrize('seed', range(10))
def test_random_walk_keeps_one_live_token(
    signed_in: Browser,
    clock: Clock,
    stored: Stored,
    seed: int,
) -> None:
    """Shows that whatever comes when, there is one live token, and an end is final."""
    chance = random.Random(seed)
    tokens, session_id = [signed_in.jar], signed_in.session_id
    waits = [0, 0, 1, 29, 30, 31, 60, 600, -5]
    statuses, live_tokens = [], set()

    for _ in range(30):
        clock.advance(chance.choice(waits))
        if chance.random() < 0.2:
            signed_in.me()  # shows that the browser has stored the leaf
        old_tab = chance.random() < 0.2
        answer = signed_in.present(chance.choice(tokens[-3:]) if old_tab else tokens[-1])
        statuses.append(answer.status_code)
        tokens += [signed_in.jar] if signed_in.jar else []
        query = f'SELECT count(*) FROM refresh_tokens WHERE {LIVE}'
        live_tokens.add(stored.value(query))

    assert live_tokens == {1}
    assert statuses == sorted(statuses)  # 200 up to the replay, 401 ever after
    assert (401 in statuses) == (stored.end_reason(session_id) == 'replay')
