"""Statements on the rows of one session that more than one transition needs. No decisions here."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, insert, select, true, update

from .models import RefreshToken, Session
from .refresh_tokens import RefreshTokens
from .users import User


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


def select_sessions(condition: ColumnElement[bool]) -> Select[Any]:
    """Select all columns of some sessions, and what their users are called."""
    return (
        select(*Session.__table__.columns, User.name, User.email, User.disabled_at)
        .join(User, User.id == Session.user_id)
        .where(condition)
    )


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


def is_alive(now: float) -> ColumnElement[bool]:
    """Select sessions that are neither revoked nor expired; their users may be disabled."""
    return and_(
        Session.revoked_at.is_(None), Session.idle_expires_at > now, Session.abs_expires_at > now
    )


def revoke(connection: Connection, session_id: str, reason: str, now: float) -> bool:
    """Revoke a session that is not revoked yet; say if there was one."""
    result = connection.execute(
        update(Session)
        .where(Session.id == session_id, Session.revoked_at.is_(None))
        .values(revoked_at=now, revoked_reason=reason)
    )
    return result.rowcount == 1


def revoke_all_of_user(
    connection: Connection, user_id: str, reason: str, now: float, *, keep: str | None = None
) -> list[str]:
    """Revoke a user's living sessions, apart from `keep`; return the ids of those."""
    others = Session.id != keep if keep else true()
    return list(
        connection.execute(
            update(Session)
            .where(Session.user_id == user_id, is_alive(now), others)
            .values(revoked_at=now, revoked_reason=reason)
            .returning(Session.id)
        ).scalars()
    )


def add_leaf(
    connection: Connection,
    tokens: RefreshTokens,
    session_id: str,
    salt: bytes,
    *,
    generation: int,
    now: float,
) -> None:
    """Insert the one LIVE token row; the partial unique index refuses a second."""
    connection.execute(
        insert(RefreshToken).values(
            session_id=session_id,
            generation=generation,
            secret_sha256=tokens.fingerprint(session_id, generation, salt),
            issued_at=now,
        )
    )
