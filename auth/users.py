"""Users: their table, and how to find one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from .models import Base


class User(Base):
    """An account. `auth_epoch` counts up at each event that must end every sign-in in flight."""

    __tablename__ = 'users'

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(255))
    auth_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[float]
    last_login_at: Mapped[float | None]
    disabled_at: Mapped[float | None]


def select_user(condition: ColumnElement[bool]) -> Select[Any]:
    """Select all that is known about the user for whom the condition holds."""
    return select(*User.__table__.columns).where(condition)
