"""Who listens for the end of sessions hears of each end once, after it is committed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auth import AuthBackend

from .browser import Account, Browser
from .clock import MINUTE, Clock
from .stored import Stored


def log_out_twice(laptop: Browser, ada: Account, clock: Clock, file: Stored) -> None:
    """End the session; then try again."""
    cookie = laptop.jar
    laptop.log_out()
    laptop.jar = cookie
    laptop.log_out()


def sign_in_again(laptop: Browser, ada: Account, clock: Clock, file: Stored) -> None:
    """Replace the session by another."""
    laptop.log_in(ada)


def replay(laptop: Browser, ada: Account, clock: Clock, file: Stored) -> None:
    """Present a pruned token, twice."""
    copy = laptop.jar
    for _ in range(3):
        clock.advance(10 * MINUTE)
        laptop.refresh()
    laptop.present(copy)
    laptop.present(copy)


def refresh_disabled(laptop: Browser, ada: Account, clock: Clock, file: Stored) -> None:
    """Refresh after the account was disabled, which revokes the session."""
    file.execute('UPDATE users SET disabled_at = 0')
    laptop.refresh()


@pytest.mark.parametrize(
    ('end', 'reason'),
    [
        (log_out_twice, 'logout'),
        (sign_in_again, 'replaced'),
        (replay, 'replay'),
        (refresh_disabled, 'disabled'),
    ],
)
def test_each_end_is_announced_once(
    *,
    signed_in: Browser,
    ada: Account,
    clock: Clock,
    stored: Stored,
    backend: AuthBackend,
    end: Callable[[Browser, Account, Clock, Stored], None],
    reason: str,
) -> None:
    """Shows that pages bound to a session hear that it is over, and what the file says by then."""
    session_id, heard = signed_in.session_id, []

    def listen(ended: str, why: str) -> None:
        heard.append((ended, why, stored.end_reason(ended)))

    backend.sessions.on_ended(listen)

    end(signed_in, ada, clock, stored)

    assert heard == [(session_id, reason, reason)]
