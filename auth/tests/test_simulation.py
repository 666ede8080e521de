"""A short run of the simulated traffic; `python -m auth.tests.simulation` is the long one."""

from __future__ import annotations

import pytest

from auth import SessionLimits

from .simulation import SETTINGS, THIEVES, Setting, count_sign_outs, rob, strict

HONEST_SESSIONS = range(5)
ROBBED_SESSIONS = range(4)


@pytest.mark.parametrize('setting', SETTINGS, ids=lambda setting: setting.name)
def test_nobody_honest_is_signed_out(setting: Setting) -> None:
    """Shows that an owner stays signed in all day, whatever gets lost, overtaken or put back."""
    signed_out, outcomes = count_sign_outs(setting, HONEST_SESSIONS, SessionLimits())

    assert signed_out == 0
    assert outcomes['rotated'] > len(HONEST_SESSIONS) * 20
    assert outcomes['overlapped'] > 0  # tabs did collide


def test_strict_rules_sign_out() -> None:
    """Shows that the traffic is hard: without the rules that forgive, nobody sees the evening."""
    signed_out, _ = count_sign_outs(SETTINGS[0], HONEST_SESSIONS, strict())

    assert signed_out == len(HONEST_SESSIONS)


@pytest.mark.parametrize('kind', THIEVES)
def test_thief_is_stopped(kind: str) -> None:
    """Shows that a copied cookie is noticed, one that is used in lock-step after a single refresh."""
    gains = rob(kind, ROBBED_SESSIONS, SessionLimits())

    assert -1 not in gains.alone | gains.beside_the_owner
    if kind == 'in lock-step':
        assert set(gains.alone) == {1}
