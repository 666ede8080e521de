"""Why a session is over: the words that clients are told, and how its row says so."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import Row


class EndReason(StrEnum):
    """Why a session is over, as clients are told."""

    LOGOUT = 'logout'
    REPLACED = 'replaced'  # the same browser signed in again
    REPLAY = 'replay'
    ENDED_ELSEWHERE = 'ended_elsewhere'  # by its owner, from another device
    LOGOUT_EVERYWHERE = 'logout_everywhere'
    PASSWORD_CHANGED = 'password_changed'  # noqa: S105
    ACCOUNT_DELETED = 'account_deleted'
    DISABLED = 'disabled'
    EXPIRED = 'expired'
    ENDED_BY_OPERATOR = 'ended_by_operator'  # all of the user's, or everybody's
    TOO_MANY = 'too_many'  # the same user has signed in at so many others since


def ended_reason(session: Row[Any] | None, now: float) -> str | None:
    """Say why a session joined with its user is over, or `None` if it is alive.

    One that is not there any more went with its account: the purge takes only what nobody asks for.
    """
    if session is None:
        return EndReason.ACCOUNT_DELETED
    if session.revoked_at is not None:
        return str(session.revoked_reason)
    if session.disabled_at is not None:
        return EndReason.DISABLED
    if now >= min(session.idle_expires_at, session.abs_expires_at):
        return EndReason.EXPIRED
    return None
