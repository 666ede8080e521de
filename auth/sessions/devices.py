"""A user's sessions as a list of devices: where they are signed in, and how to end one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_
from ua_parser import Domain, Parser, load_lazy_builtins

from ..database.engine import Database
from ..database.models import Session
from ..errors import NoSuchSession
from ..identity import Identity
from .end_reasons import EndReason
from .lifecycle import Sessions
from .rows import IS_ALIVE, select_sessions

# Made here: made for the first list, it would hold everybody up (measured: 40 ms, and 70 more
# for the makes of devices, which nobody asks for).
_BROWSERS, _SYSTEMS, _ = load_lazy_builtins()
_parse = Parser.from_matchers((_BROWSERS, _SYSTEMS, []))


@dataclass(frozen=True)
class Device:
    """One living session, as its owner may see it. Times are Unix seconds.

    `browser` and `system` are `None` if the User-Agent header did not tell; `address` is where the
    sign-in came from; `expires_at` is when the session ends unless it is used before.
    """

    session_id: str
    browser: str | None
    system: str | None
    address: str
    signed_in_at: float
    last_used_at: float
    expires_at: float


@dataclass(frozen=True)
class Devices:
    """Lists and ends one's own sessions, nobody else's. Any call may raise `DatabaseUnavailable`."""

    database: Database
    sessions: Sessions
    clock: Callable[[], float]

    def of_user(self, identity: Identity) -> list[Device]:
        """Return the living sessions, the one used last first."""
        living = and_(Session.user_id == identity.user_id, IS_ALIVE)
        newest_first = (Session.last_used_at.desc(), Session.id)
        with self.database.read() as connection:
            query = select_sessions(living).order_by(*newest_first)
            rows = connection.execute(query, {'now': self.clock()}).all()
        return [_device(row) for row in rows]

    def end(self, identity: Identity, session_id: str) -> None:
        """End one of the user's sessions. Raises `NoSuchSession`."""
        if session_id not in {device.session_id for device in self.of_user(identity)}:
            raise NoSuchSession
        own = session_id == identity.session_id
        self.sessions.end(session_id, EndReason.LOGOUT if own else EndReason.ENDED_ELSEWHERE)


def _device(row: Row[Any]) -> Device:
    parsed = _parse(row.user_agent, Domain.USER_AGENT | Domain.OS)
    browser, system = parsed.user_agent, parsed.os
    return Device(
        session_id=row.id,
        browser=browser.family if browser else None,
        system=system.family if system else None,
        address=row.address,
        signed_in_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=min(row.idle_expires_at, row.abs_expires_at),
    )
