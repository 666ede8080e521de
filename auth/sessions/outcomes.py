"""The table of docs/sessions.md as code: how a genuine refresh token of a living session is answered.

ROTATE renews, OVERLAP repeats, RECOVER forgives a lost answer, REPLAY ends the session. A decision
only; the statements are in `rotation.py`, which has refused what is not genuine or not alive.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Row


class Outcome(StrEnum):
    """How the token is answered."""

    ROTATED = 'rotated'
    OVERLAPPED = 'overlapped'
    RECOVERED = 'recovered'
    REPLAYED = 'replayed'


def judge(token: Row[Any], overlap_seconds: float, now: float) -> Outcome:
    """Choose the outcome by the token's row and its session's leaf.

    `token` is what `rows.read_session` returns. One without a row is genuine, but pruned long ago.
    """
    if token.generation is None or token.superseded_at is not None:
        return Outcome.REPLAYED
    if token.used_at is None:
        return Outcome.ROTATED
    age_seconds, was_stored = now - token.used_at, token.leaf_seen_at is not None
    # After a clock was set back an age says nothing. But a leaf that was seen has long been received.
    if age_seconds <= overlap_seconds and not (age_seconds < 0 and was_stored):
        return Outcome.OVERLAPPED
    # Used in the burst that the leaf was issued in: the answer with that leaf may have got lost.
    if not was_stored and token.used_at >= token.leaf_issued_at - overlap_seconds:
        return Outcome.RECOVERED
    return Outcome.REPLAYED
