"""Row 1 of the session rules, ENDED: limits at their edges, and disabled users."""

from __future__ import annotations

import pytest

from .browser import Browser
from .clock import DAY, JUST, Clock
from .stored import Stored


@pytest.mark.parametrize(('seconds', 'status'), [(14 * DAY - JUST, 200), (14 * DAY, 401)])
@pytest.mark.checklist('V7.3.1', '63B 5.1')
def test_idle_session_expires_after_fourteen_days(
    signed_in: Browser,
    clock: Clock,
    stored: Stored,
    seconds: float,
    status: int,
) -> None:
    """Shows the idle limit at its edge: alive just before it, over at it."""
    before = stored.dump()
    clock.advance(seconds)

    answer = signed_in.refresh()

    assert answer.status_code == status
    if status == 401:
        assert answer.json()['code'] == 'session_ended'
        assert answer.json()['reason'] == 'expired'
        assert signed_in.jar == ''
        assert stored.dump() == before


@pytest.mark.parametrize(('seconds', 'status'), [(-JUST, 200), (0, 401)])
@pytest.mark.checklist('V7.3.1')
def test_busy_session_expires_after_ninety_days(
    signed_in: Browser, clock: Clock, seconds: float, status: int
) -> None:
    """Shows that no amount of refreshing carries a session past the absolute limit."""
    for _ in range(8):
        clock.advance(10 * DAY)
        assert signed_in.refresh().status_code == 200
    clock.advance(10 * DAY + seconds)

    answer = signed_in.refresh()

    assert answer.status_code == status
    assert answer.json().get('reason') == (None if status == 200 else 'expired')


@pytest.mark.checklist('V7.3.1')
def test_idle_limit_never_passes_absolute_limit(
    signed_in: Browser, clock: Clock, stored: Stored
) -> None:
    """Shows that sliding stops at the absolute limit."""
    for _ in range(8):
        clock.advance(10 * DAY)
        signed_in.refresh()

    left = stored.value('SELECT abs_expires_at - idle_expires_at FROM sessions')

    assert left == 0


def test_disabled_user_is_refused_and_revoked(
    signed_in: Browser, stored: Stored, clock: Clock
) -> None:
    """Shows that disabling an account ends its session at the next refresh, and for good."""
    session_id, token = signed_in.session_id, signed_in.jar
    stored.execute('UPDATE users SET disabled_at = ?', clock.now)

    answer = signed_in.refresh()

    assert answer.status_code == 401
    assert answer.json()['code'] == 'session_ended'
    assert answer.json()['reason'] == 'disabled'
    assert stored.end_reason(session_id) == 'disabled'
    stored.execute('UPDATE users SET disabled_at = NULL')
    assert signed_in.present(token).json()['reason'] == 'disabled'
