"""The list of ended sessions: who is on it, for how long, and what it tells."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Select, text

from auth import ENDED_SESSIONS_PATH, AuthBackend
from auth.sessions import ended_list
from auth.sessions.ended_list import _RECENT, _STATE

from .browser import Account, Browser
from .clock import JUST, MINUTE, START, Clock
from .stored import Stored

LIFE_SECONDS = 600
PLACES = {'since': 0, 'param_1': 1}  # in the statements


def listed(browser: Browser) -> dict[str, int]:
    """Return the list as anybody gets it."""
    ended: dict[str, int] = browser.client.get(ENDED_SESSIONS_PATH).json()['ended']
    return ended


def digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def replay(browser: Browser, clock: Clock) -> None:
    """Present a used refresh token from elsewhere, later."""
    used = browser.jar
    browser.refresh()
    for _ in range(2):
        clock.advance(2 * MINUTE)
        browser.refresh()
    browser.present(used)


End = Callable[[Browser, Account, Clock], Any]
ENDS: dict[str, End] = {
    'log out': lambda browser, _ada, _clock: browser.log_out(),
    'log out everywhere': lambda browser, _ada, _clock: browser.log_out_everywhere(),
    'end the device': lambda browser, _ada, _clock: browser.end_device(browser.session_id),
    'sign in again': lambda browser, ada, _clock: browser.log_in(ada),
    'delete the account': lambda browser, ada, _clock: browser.delete_account(ada.password),
    'replay': lambda browser, _ada, clock: replay(browser, clock),
}


@pytest.mark.parametrize('end', ENDS)
def test_every_end_is_listed(signed_in: Browser, ada: Account, clock: Clock, end: str) -> None:
    """Shows that whoever ends a session, and however, services hear of it."""
    session_id = signed_in.session_id
    assert listed(signed_in) == {}

    ENDS[end](signed_in, ada, clock)

    assert list(listed(signed_in)) == [digest(session_id)]


def test_other_sessions_end_with_the_password(
    signed_in: Browser, phone: Browser, ada: Account
) -> None:
    """Shows that several ends at once are all listed, and the session that goes on is not."""
    phone.log_in(ada)

    signed_in.change_password(ada.password, 'eleven green otters in Bruges')

    assert list(listed(signed_in)) == [digest(phone.session_id)]


def test_list_says_nothing_personal(signed_in: Browser, ada: Account) -> None:
    """Shows that it holds digests and moments: no id, no name, no reason."""
    session_id, user_id = signed_in.session_id, signed_in.me().json()['user']['id']

    signed_in.log_out()

    answer = signed_in.client.get(ENDED_SESSIONS_PATH)
    assert answer.json() == {'ended': {digest(session_id): START + LIFE_SECONDS + 1}}
    for private in (session_id, user_id, ada.name, ada.email, 'logout'):
        assert private not in answer.text
    assert answer.headers['Cache-Control'] == 'no-store'


def test_entry_stays_for_a_token_life(signed_in: Browser, clock: Clock) -> None:
    """Shows that an entry goes when no token of the session can be alive any more."""
    signed_in.log_out()
    clock.advance(LIFE_SECONDS - JUST)
    assert len(listed(signed_in)) == 1

    clock.advance(JUST)

    assert listed(signed_in) == {}


def test_unchanged_list_is_not_sent_again(signed_in: Browser) -> None:
    """Shows that polling costs an empty answer until something has changed."""
    etag = signed_in.client.get(ENDED_SESSIONS_PATH).headers['ETag']
    unchanged = signed_in.client.get(ENDED_SESSIONS_PATH, headers={'If-None-Match': etag})

    signed_in.log_out()

    changed = signed_in.client.get(ENDED_SESSIONS_PATH, headers={'If-None-Match': etag})
    assert (unchanged.status_code, unchanged.content) == (304, b'')
    assert unchanged.headers['ETag'] == etag
    assert changed.status_code == 200
    assert changed.headers['ETag'] != etag


def test_reading_is_bounded(
    signed_in: Browser, phone: Browser, ada: Account, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """Shows that of too many entries the newest are listed."""
    monkeypatch.setattr('auth.sessions.ended_list._RECENT', _RECENT.limit(1))
    signed_in.log_out()
    clock.advance(1)
    phone.log_in(ada)
    newest = phone.session_id

    phone.log_out()

    assert list(listed(signed_in)) == [digest(newest)]
    content = signed_in.client.get(ENDED_SESSIONS_PATH).json()
    assert content['complete_since'] == math.ceil(clock())


def test_whole_list_needs_no_moment(signed_in: Browser) -> None:
    """Shows that nothing is said to be missing where nothing is."""
    signed_in.log_out()

    assert set(signed_in.client.get(ENDED_SESSIONS_PATH).json()) == {'ended'}


def test_unchanged_list_is_not_written_again(
    signed_in: Browser, phone: Browser, ada: Account, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """Shows that anybody may ask as often as they like; any change makes a new edition."""
    editions = watch_editions(monkeypatch)
    phone.log_in(ada)
    lengths = []

    signed_in.log_out()
    lengths += [len(listed(signed_in)) for _ in range(3)]
    clock.advance(MINUTE)
    phone.log_out()
    lengths += [len(listed(signed_in)) for _ in range(3)]
    clock.advance(LIFE_SECONDS - MINUTE)  # the first is forgotten
    lengths += [len(listed(signed_in)) for _ in range(3)]

    assert lengths == [1, 1, 1, 2, 2, 2, 1, 1, 1]
    assert len(editions) == 3


def watch_editions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Note each time that the list is written."""
    editions: list[object] = []
    write = ended_list._write

    def note_and_write(ended: dict[str, int]) -> ended_list.Edition:
        editions.append(ended)
        return write(ended)

    monkeypatch.setattr(ended_list, '_write', note_and_write)
    return editions


@pytest.mark.databases('sqlite')
@pytest.mark.parametrize('query', [_STATE, _RECENT], ids=['state', 'list'])
def test_reading_goes_by_an_index(signed_in: Browser, stored: Stored, query: Select[Any]) -> None:
    """Shows that the database does not look at what has ended before."""
    with stored.engine.connect() as connection:
        plan = str(connection.execute(text(f'EXPLAIN QUERY PLAN {query}'), PLACES).all())

    assert 'ix_ended_sessions_ended_at' in plan
    assert 'SCAN' not in plan
    assert 'TEMP B-TREE' not in plan


def test_old_entries_are_purged(
    signed_in: Browser, backend: AuthBackend, stored: Stored, clock: Clock
) -> None:
    """Shows that the table does not grow for ever, and that an entry lives as long as the tokens."""
    count = 'SELECT count(*) FROM ended_sessions'
    signed_in.log_out()
    clock.advance(LIFE_SECONDS - JUST)
    backend.ended_list.forget_old()
    assert stored.value(count) == len(listed(signed_in)) == 1

    clock.advance(JUST)
    assert listed(signed_in) == {}
    backend.ended_list.forget_old()

    assert stored.value(count) == 0
