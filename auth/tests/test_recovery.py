"""Row 4 of the session rules, RECOVER: the answer of a rotation was lost."""

from __future__ import annotations

import pytest

from .browser import Account, Browser, altered
from .clock import JUST, MINUTE, Clock
from .stored import Stored


def test_lost_answer_is_forgiven(signed_in: Browser, clock: Clock) -> None:
    """Shows that a browser whose answer was lost ten minutes ago goes on with a new token."""
    kept = signed_in.jar
    signed_in.refresh()
    clock.advance(10 * MINUTE)

    answer = signed_in.present(kept)

    assert answer.json()['outcome'] == 'recovered'
    assert answer.json()['session']['generation'] == 2
    assert signed_in.refresh().json()['outcome'] == 'rotated'


def test_other_tabs_overlap_with_a_recovery(signed_in: Browser, clock: Clock) -> None:
    """Shows that a recovered token counts as used now: the other tabs still hold it."""
    kept = signed_in.jar
    signed_in.refresh()
    clock.advance(10 * MINUTE)
    signed_in.present(kept)
    recovered = signed_in.jar
    clock.advance(30)

    answer = signed_in.present(kept)

    assert answer.json()['outcome'] == 'overlapped'
    assert signed_in.jar == recovered


def test_recovery_does_not_move_the_idle_limit(
    signed_in: Browser, clock: Clock, stored: Stored
) -> None:
    """Shows that only a rotation prolongs a session."""
    kept = signed_in.jar
    signed_in.refresh()
    limit = stored.value('SELECT idle_expires_at FROM sessions')
    clock.advance(10 * MINUTE)

    answer = signed_in.present(kept)

    assert answer.json()['outcome'] == 'recovered'
    assert stored.value('SELECT idle_expires_at FROM sessions') == limit


@pytest.mark.parametrize(('apart', 'status'), [(30, 200), (30 + JUST, 401)])
def test_recovery_needs_the_same_burst(
    signed_in: Browser, clock: Clock, apart: float, status: int
) -> None:
    """Shows that only a token used at most 30 s before the leaf was issued may recover."""
    early = signed_in.jar
    signed_in.refresh()
    clock.advance(apart)
    signed_in.refresh()
    clock.advance(10 * MINUTE)

    answer = signed_in.present(early)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ('seconds', 'outcome'), [(60 - JUST, 'recovered'), (60, None), (10 * MINUTE - 1, None)]
)
def test_leaf_is_seen_after_sixty_seconds(
    signed_in: Browser, clock: Clock, seconds: float, outcome: str | None
) -> None:
    """Shows what proves that a browser stored the leaf: its return, 60 s after its issue."""
    used = signed_in.jar
    signed_in.refresh()
    clock.advance(seconds)
    assert signed_in.me().status_code == 200
    clock.advance(MINUTE)

    answer = signed_in.present(used)

    assert answer.json().get('outcome') == outcome
    assert answer.json().get('reason') == (None if outcome else 'replay')


@pytest.mark.parametrize('jar', ['nothing', 'garbage', 'forged leaf', 'used', "Grace's"])
def test_other_cookies_are_no_evidence(
    signed_in: Browser,
    phone: Browser,
    grace: Account,
    clock: Clock,
    jar: str,
) -> None:
    """Shows that an access token proves nothing, nor does any cookie but the leaf itself."""
    used = signed_in.jar
    signed_in.refresh()
    phone.register(grace)
    phone.refresh()  # as many generations as the leaf
    cookies = {
        'nothing': '',
        'garbage': 'garbage',
        'forged leaf': altered(signed_in.jar),
        'used': used,
        "Grace's": phone.jar,
    }
    clock.advance(2 * MINUTE)
    signed_in.jar = cookies[jar]
    assert signed_in.me().status_code == 200

    answer = signed_in.present(used)

    assert answer.json()['outcome'] == 'recovered'
