"""The everyday refresh: a token that is not ours, the live one, one used a moment ago.

Rows 0, 2 and 3 of the session rules: INVALID, ROTATE, OVERLAP.
"""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from auth import Keys
from auth.tokens.refresh_tokens import RefreshTokens

from .browser import Browser, altered
from .clock import DAY, JUST, MINUTE, Clock
from .stored import Stored


def salt_of(stored: Stored, session_id: str) -> bytes:
    """Read the salt that a session's tokens are derived from."""
    salt = stored.value('SELECT salt FROM sessions WHERE id = ?', session_id)
    assert isinstance(salt, bytes)
    return salt


def test_browser_without_cookie_has_no_session(laptop: Browser) -> None:
    """Shows that a first visit is told apart from a token that went wrong."""
    answer = laptop.refresh()

    assert answer.status_code == 401
    assert answer.json()['code'] == 'no_session'
    assert 'Set-Cookie' not in answer.headers


@pytest.mark.parametrize('forgery', ['secret', 'session', 'generation above the leaf'])
def test_forged_token_changes_nothing(
    signed_in: Browser, stored: Stored, keys: Keys, forgery: str
) -> None:
    """Shows that guessing costs the victim nothing, whatever part of the token is guessed."""
    genuine, session_id = signed_in.jar, signed_in.session_id
    tokens = RefreshTokens(keys)
    forged = {
        'secret': altered(genuine),
        'session': genuine.replace(session_id, 'x' * 22),
        'generation above the leaf': tokens.issue(session_id, 1, salt_of(stored, session_id)),
    }[forgery]
    before = stored.dump()

    answer = signed_in.present(forged)

    assert answer.status_code == 401
    assert answer.json()['code'] == 'invalid'
    assert signed_in.jar == ''  # a token that cannot work is not kept
    assert stored.dump() == before
    assert signed_in.present(genuine).json()['outcome'] == 'rotated'


@pytest.mark.checklist('V10.4.5')
def test_live_token_is_exchanged_for_another(signed_in: Browser) -> None:
    """Shows the ordinary refresh: a new cookie, a new access token that works."""
    old_cookie, old_access = signed_in.jar, signed_in.access_token

    answer = signed_in.refresh()

    assert answer.json()['outcome'] == 'rotated'
    assert answer.json()['session']['generation'] == 1
    assert signed_in.jar != old_cookie
    assert signed_in.access_token != old_access
    assert signed_in.me().status_code == 200


@pytest.mark.checklist('V7.3.1')
def test_rotation_moves_the_idle_limit(signed_in: Browser, clock: Clock, stored: Stored) -> None:
    """Shows that a session in use lives on: fourteen days from each rotation."""
    clock.advance(3 * DAY)

    signed_in.refresh()

    limit = stored.value('SELECT idle_expires_at FROM sessions')
    assert limit == clock.now + 14 * DAY


def test_database_refuses_a_second_live_token(signed_in: Browser, stored: Stored) -> None:
    """Shows that two live tokens are impossible even for code that would write them."""
    insert = (
        'INSERT INTO refresh_tokens (session_id, generation, secret_sha256, issued_at, used_at)'
        ' VALUES (?, ?, ?, 0, ?)'
    )
    stored.execute(insert, signed_in.session_id, 7, b'', 1)  # a used one is welcome

    with pytest.raises(IntegrityError, match=r'(?i)unique'):
        stored.execute(insert, signed_in.session_id, 8, b'', None)


@pytest.mark.checklist('V7.2.3')
def test_stolen_database_opens_no_session(signed_in: Browser, stored: Stored) -> None:
    """Shows that nothing in the file, nor its usual encodings, is a token or part of one."""
    old_token = signed_in.jar
    signed_in.refresh()

    dump = stored.dump()

    assert signed_in.session_id in dump
    for token in (old_token, signed_in.jar):
        secret = token.rpartition('.')[2]
        assert secret not in dump
        assert secret.encode().hex() not in dump.lower()
    assert signed_in.access_token not in dump


@pytest.mark.parametrize(
    ('seconds', 'outcome'), [(0, 'overlapped'), (30, 'overlapped'), (30 + JUST, 'recovered')]
)
def test_used_token_overlaps_for_thirty_seconds(
    signed_in: Browser, clock: Clock, seconds: float, outcome: str
) -> None:
    """Shows the overlap at its edge: 30 s after use is inside, a moment later is not."""
    used = signed_in.jar
    signed_in.refresh()
    clock.advance(seconds)

    answer = signed_in.present(used)

    assert answer.status_code == 200
    assert answer.json()['outcome'] == outcome


def test_overlap_repeats_the_current_token(signed_in: Browser, clock: Clock) -> None:
    """Shows that a slow tab gets the leaf of now, not the child of the token it brought."""
    first = signed_in.jar
    signed_in.refresh()
    clock.advance(5)
    signed_in.refresh()
    leaf = signed_in.jar
    clock.advance(5)

    answer = signed_in.present(first)

    assert answer.json()['outcome'] == 'overlapped'
    assert answer.json()['session']['generation'] == 2
    assert signed_in.jar == leaf
    assert signed_in.me().status_code == 200


def test_overlap_writes_nothing(signed_in: Browser, clock: Clock, stored: Stored) -> None:
    """Shows that repeating an answer leaves the file as it was; a rotation does not."""
    used = signed_in.jar
    signed_in.refresh()
    clock.advance(20)
    before = stored.dump()

    overlap = signed_in.present(used)

    assert overlap.json()['outcome'] == 'overlapped'
    assert stored.dump() == before
    assert signed_in.refresh().json()['outcome'] == 'rotated'
    assert stored.dump() != before


def test_clock_set_back_helps_no_thief(signed_in: Browser, clock: Clock) -> None:
    """Shows that a copy of a token used long ago is a replay whatever the clock says of its age."""
    copied = signed_in.jar
    signed_in.refresh()
    clock.advance(MINUTE)
    signed_in.me()  # the browser has stored the leaf
    clock.advance(-60 * MINUTE)

    assert signed_in.present(copied).json()['reason'] == 'replay'


@pytest.mark.parametrize('seconds', [-1, -DAY])
def test_clock_set_back_signs_nobody_out(signed_in: Browser, clock: Clock, seconds: float) -> None:
    """Shows that tokens used "in the future" still overlap, and live ones still rotate."""
    used = signed_in.jar
    signed_in.refresh()
    leaf = signed_in.jar
    clock.advance(seconds)

    overlap = signed_in.present(used).json()['outcome']

    assert overlap == 'overlapped'
    assert signed_in.jar == leaf
    assert signed_in.refresh().json()['outcome'] == 'rotated'
    assert signed_in.me().status_code == 200
