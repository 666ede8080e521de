"""Users: their table, and how to find one. Addresses are normalized (`accounts/email_address.py`)."""

from __future__ import annotations

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from .models import Base

NAME_CHARACTERS = 100


class User(Base):
    """An account. `auth_epoch` counts up at each event that must end every sign-in in flight."""

    __tablename__ = 'users'

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(NAME_CHARACTERS))
    password_hash: Mapped[str] = mapped_column(String(255))
    auth_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[float]
    last_login_at: Mapped[float | None]
    disabled_at: Mapped[float | None]


_EVERYTHING = select(*User.__table__.columns)
USER_BY_ID = _EVERYTHING.where(User.id == bindparam('user_id'))
USER_BY_EMAIL = _EVERYTHING.where(User.email == bindparam('address'))
