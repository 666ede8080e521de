"""The tables of sessions and what belongs to them; that of users is in `users.py`.

Times are Unix seconds from the injected clock, never the database's own.
"""

from __future__ import annotations

from sqlalchemy import Double, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA_VERSION = 4  # add the step from the one before to schema.py
USER_AGENT_CHARACTERS = 400
ADDRESS_CHARACTERS = 64  # an IPv6 address with its zone
SHA256_HEX_CHARACTERS = 64
CHECK_VALUE_CHARACTERS = 64  # see `tokens/keys.py`


class Base(DeclarativeBase):
    """Collects the tables below."""

    type_annotation_map = {float: Double, bytes: LargeBinary}  # noqa: RUF012


class SchemaInfo(Base):
    """One row: which version of this code made the tables, and with which keys they are used."""

    __tablename__ = 'schema_info'

    version: Mapped[int] = mapped_column(primary_key=True)
    keys_check: Mapped[str | None] = mapped_column(String(CHECK_VALUE_CHARACTERS))


class Session(Base):
    """One sign-in on one browser. Its id is the `sid` claim of every access token."""

    __tablename__ = 'sessions'

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey('users.id', ondelete='CASCADE'), index=True)
    salt: Mapped[bytes]
    lock_seq: Mapped[int] = mapped_column(default=0)  # written to take the lock; means nothing
    stay_signed_in: Mapped[bool]
    user_agent: Mapped[str] = mapped_column(String(USER_AGENT_CHARACTERS))
    address: Mapped[str] = mapped_column(String(ADDRESS_CHARACTERS))
    created_at: Mapped[float]
    last_used_at: Mapped[float]
    idle_expires_at: Mapped[float]
    abs_expires_at: Mapped[float]
    revoked_at: Mapped[float | None]
    revoked_reason: Mapped[str | None] = mapped_column(String(32))


class RefreshToken(Base):
    """One generation of a session's refresh token: LIVE, USED or SUPERSEDED."""

    __tablename__ = 'refresh_tokens'

    session_id: Mapped[str] = mapped_column(
        ForeignKey('sessions.id', ondelete='CASCADE'), primary_key=True
    )
    generation: Mapped[int] = mapped_column(primary_key=True)
    secret_sha256: Mapped[bytes]
    issued_at: Mapped[float]
    seen_at: Mapped[float | None]
    used_at: Mapped[float | None]
    superseded_at: Mapped[float | None]


class EndedSession(Base):
    """A session that somebody ended lately, by a digest of its id (see `sessions/ended.py`)."""

    __tablename__ = 'ended_sessions'

    session_sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARACTERS), primary_key=True)
    ended_at: Mapped[float] = mapped_column(index=True)


IS_UNREVOKED = Session.revoked_at.is_(None)

# Finds a user's living sessions without reading two weeks of ended ones. The second column is for
# SQLite, which would otherwise choose the index on `user_id` alone. (A column that changes with every
# refresh would cost PostgreSQL its HOT updates.)
Index(
    'unrevoked_sessions_of_user',
    Session.user_id,
    Session.abs_expires_at,
    sqlite_where=IS_UNREVOKED,
    postgresql_where=IS_UNREVOKED,
)

IS_LEAF = RefreshToken.used_at.is_(None) & RefreshToken.superseded_at.is_(None)

# Two live tokens of one session are impossible, whatever the code above the database does.
Index(
    'one_live_token_per_session',
    RefreshToken.session_id,
    unique=True,
    sqlite_where=IS_LEAF,
    postgresql_where=IS_LEAF,
)
