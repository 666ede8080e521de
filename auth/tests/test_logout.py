"""Signing out: it always works, it can be repeated, and nothing comes back after it."""

from __future__ import annotations

import itertools

import pytest

from auth import AuthBackend

from .browser import COOKIE, Account, Browser, altered, bearer
from .clock import DAY, MINUTE, Clock
from .faults import Fault
from .stored import Stored


def test_logout_ends_the_session_for_good(signed_in: Browser) -> None:
    """Shows that neither the cookie nor the access token outlives a logout."""
    cookie, access_token = signed_in.jar, signed_in.access_token

    answer = signed_in.log_out()

    assert answer.status_code == 204
    assert signed_in.jar == ''
    assert signed_in.me(access_token).json()['reason'] == 'logout'
    assert signed_in.present(cookie).json()['reason'] == 'logout'


def test_logout_deletes_the_cookie_it_set(laptop: Browser, ada: Account) -> None:
    """Shows that the deletion bears the attributes of the cookie, or a browser would keep it."""
    set_cookie = laptop.register(ada).headers['Set-Cookie']

    deletion = laptop.log_out().headers['Set-Cookie']

    value, *attributes = set_cookie.split('; ')
    changed = [part for part in attributes if not part.startswith('Max-Age=')]
    assert value.startswith(f'{COOKIE}=1.')
    assert deletion.split('; ')[0] == f'{COOKIE}=""'
    assert set(deletion.split('; ')[1:]) == {*changed, 'Max-Age=0'}


def test_second_logout_changes_nothing(signed_in: Browser, clock: Clock, stored: Stored) -> None:
    """Shows that logging out twice is as good as once, and keeps the moment of the first."""
    cookie = signed_in.jar
    signed_in.log_out()
    before = stored.dump()
    clock.advance(MINUTE)
    signed_in.jar = cookie

    answer = signed_in.log_out()

    assert answer.status_code == 204
    assert stored.dump() == before


def test_logout_ends_only_this_session(signed_in: Browser, phone: Browser, ada: Account) -> None:
    """Shows that the user stays signed in elsewhere."""
    phone.log_in(ada)

    signed_in.log_out()

    assert phone.me().status_code == 200
    assert phone.refresh().status_code == 200


@pytest.mark.parametrize(
    ('cookie', 'authorization'),
    [
        ('', ''),
        ('garbage', ''),
        ('x' * 8192, ''),
        ('', 'Bearer garbage'),
        ('', 'Bearer '),
        ('', 'Basic garbage'),
        ('garbage', 'Bearer a.b.c'),
    ],
)
def test_logout_without_a_session_is_fine(
    signed_in: Browser, phone: Browser, stored: Stored, cookie: str, authorization: str
) -> None:
    """Shows that there is nothing a client could do wrong, and no way to harm others."""
    before = stored.dump()
    phone.jar = cookie

    answer = phone.client.post('/auth/logout', headers={'Authorization': authorization})

    assert answer.status_code == 204
    assert 'Max-Age=0' in answer.headers['Set-Cookie']
    assert stored.dump() == before


@pytest.mark.parametrize('rotations', [0, 1, 3])
def test_any_genuine_token_logs_out(
    signed_in: Browser, clock: Clock, stored: Stored, rotations: int
) -> None:
    """Shows that a live, a used and a pruned token end the session, as a logout not as a replay."""
    token, session_id = signed_in.jar, signed_in.session_id
    for _ in range(rotations):
        clock.advance(10 * MINUTE)
        signed_in.refresh()
    signed_in.jar, signed_in.access_token = token, ''

    answer = signed_in.log_out()

    assert answer.status_code == 204
    assert stored.end_reason(session_id) == 'logout'


@pytest.mark.parametrize('age', [0, 600, 3 * DAY])
def test_expired_access_token_logs_out(
    signed_in: Browser, clock: Clock, stored: Stored, age: int
) -> None:
    """Shows that a page that slept may still sign out, even if its cookie is gone."""
    session_id = signed_in.session_id
    signed_in.client.cookies.clear()
    clock.advance(age)

    answer = signed_in.log_out()

    assert answer.status_code == 204
    assert stored.end_reason(session_id) == 'logout'


def test_token_of_a_clock_that_was_wrong_logs_out(
    signed_in: Browser, clock: Clock, stored: Stored
) -> None:
    """Shows that a token not valid yet, since the clock was set right, still ends its session."""
    session_id = signed_in.session_id
    signed_in.client.cookies.clear()
    clock.advance(-3600)

    signed_in.log_out()

    assert stored.end_reason(session_id) == 'logout'


def test_forged_tokens_end_no_session(signed_in: Browser, phone: Browser) -> None:
    """Shows that nobody is signed out by a guess, in the cookie or as a Bearer token."""
    head, _, signature = signed_in.access_token.rpartition('.')
    phone.jar = altered(signed_in.jar)
    phone.access_token = f'{head}.{signature[::-1]}'

    assert phone.log_out().status_code == 204

    assert signed_in.me().status_code == 200
    assert signed_in.refresh().status_code == 200


def test_cookie_and_bearer_both_end(
    signed_in: Browser, phone: Browser, grace: Account, stored: Stored
) -> None:
    """Shows that a page whose cookie has moved on to another user leaves neither session alive."""
    phone.register(grace)

    phone.client.post('/auth/logout', headers=bearer(signed_in.access_token))

    ended = stored.value("SELECT count(*) FROM sessions WHERE revoked_reason = 'logout'")
    assert ended == 2


def test_refresh_after_logout_revives_nothing(
    signed_in: Browser, phone: Browser, clock: Clock, stored: Stored
) -> None:
    """Shows that refreshes sent before a logout and served after it are refused, leaf or overlap.

    The second browser plays the requests that were on their way.
    """
    used = signed_in.jar
    signed_in.refresh()
    leaf = signed_in.jar
    clock.advance(1)
    assert phone.present(used).json()['outcome'] == 'overlapped'
    signed_in.log_out()
    before = stored.dump()

    late = [phone.present(token) for token in (used, leaf)]

    assert [answer.json()['reason'] for answer in late] == ['logout', 'logout']
    assert stored.dump() == before


def test_logout_is_all_or_nothing(
    signed_in: Browser,
    ada: Account,
    backend: AuthBackend,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shows that a logout with both tokens ends both sessions or, after a fault, none."""
    fault, unchanged = Fault(backend.database, monkeypatch), []
    for moment in itertools.count():
        signed_in.client.cookies.clear()
        signed_in.log_in(ada)
        before = stored.dump()
        fault.at(moment)
        signed_in.log_out()
        if not fault.happened:
            break
        unchanged.append(stored.dump() == before)

    assert len(unchanged) > 3
    assert all(unchanged)
