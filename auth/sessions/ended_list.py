"""The list of sessions that have ended lately, as services are given it: digests, no reasons.

Anybody may ask for it, as often as they like: it is written anew only when it has changed.
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, select

from ..database.engine import Database
from ..database.models import EndedSession

# What one reading may cost. If more have ended, the oldest are left out: whoever has read the list all
# the time has them already, and others are told since when it is complete.
MAX_LISTED = 10_000

_is_recent = EndedSession.ended_at > bindparam('since')
_ended_at = EndedSession.ended_at
# Differs whenever the list does: entries never change, and leave it from the oldest on.
_STATE = select(func.count(), func.min(_ended_at)).where(_is_recent)
_RECENT = (
    select(EndedSession.session_sha256, _ended_at)
    .where(_is_recent)
    .order_by(_ended_at.desc())
    .limit(MAX_LISTED)
)
_ONE_OLD = select(_ended_at).where(~_is_recent).limit(1)
_FORGET = delete(EndedSession).where(~_is_recent)


@dataclass(frozen=True)
class Edition:
    """The list as JSON, and its entity tag: `{"ended": {digest: forget_at}, "complete_since": moment}`.

    In Unix seconds; the second is there only if some that ended before it are left out.
    """

    body: bytes
    etag: str


class EndedList:
    """What is listed; each entry stays for `keep_seconds`, as long as an access token may live."""

    def __init__(self, database: Database, keep_seconds: int, clock: Callable[[], float]) -> None:
        self._database = database
        self._keep_seconds = keep_seconds
        self._clock = clock
        self._state: Row[int, float] | None = None
        self._edition: Edition | None = None
        self._one_writes = threading.Lock()

    def current(self) -> Edition:
        """Return the newest edition. Blocks; raises `DatabaseUnavailable`."""
        since = self._since()
        with self._database.read() as connection:
            # Looked at first: what ends in between is written again, not overlooked.
            state = connection.execute(_STATE, since).one()
            with self._one_writes:  # only now: nobody queues for a database that does not answer
                if self._edition is None or self._state != state:
                    rows = connection.execute(_RECENT, since).all()
                    content = self._content(rows, all_of_them=state[0])
                    self._edition, self._state = _write(content), state
                return self._edition

    def forget_old(self) -> None:
        """Delete what is listed no more. Blocks; raises `DatabaseUnavailable`."""
        since = self._since()
        with self._database.read() as connection:  # mostly there is nothing, and no lock is needed
            if connection.execute(_ONE_OLD, since).first() is None:
                return
        with self._database.write() as connection:
            connection.execute(_FORGET, since)

    def _since(self) -> dict[str, float]:
        """Give the statements the moment after which an end is recent."""
        return {'since': self._clock() - self._keep_seconds}

    def _content(self, rows: Sequence[Row[str, float]], all_of_them: int) -> dict[str, Any]:
        """Say what the newest `rows` are, of all that there are."""
        content: dict[str, Any] = {
            'ended': {row.session_sha256: self._until(row.ended_at) for row in rows}
        }
        if len(rows) < all_of_them:
            content['complete_since'] = math.ceil(rows[-1].ended_at)
        return content

    def _until(self, ended_at: float) -> int:
        return int(ended_at + self._keep_seconds) + 1


def _write(content: dict[str, Any]) -> Edition:
    body = json.dumps(content, separators=(',', ':')).encode()
    return Edition(body, f'"{hashlib.sha256(body).hexdigest()}"')
