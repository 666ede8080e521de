"""Which sessions have ended, as the server that issues access tokens tells a service each second.

Without it a token opens the service until it expires, whatever has become of its session. Reading
fails open unless told otherwise: the list makes an exposure shorter that ends by itself.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import audit
from ..errors import SessionEnded, VerificationUnavailable
from ..sessions.ended import digest
from .json_fetch import FetchFailed, JsonAddress

POLL_SECONDS = 1
# After so long without an answer the list is said to be lost.
LOST_AFTER_SECONDS = 5
# How far the clocks of server and service may be apart (docs/origins.md).
CLOCKS_AGREE_SECONDS = 5
# The list says that a session is over, but not why.
REASON = 'ended'


class EndedFeed:
    """The list at an address. `clock` gives Unix seconds, `steady` seconds that never go back.

    `required`: let nobody in while the list is lost.
    """

    def __init__(
        self,
        address: JsonAddress,
        *,
        required: bool,
        clock: Callable[[], float],
        steady: Callable[[], float],
    ) -> None:
        self._address = address
        self._required = required
        self._clock = clock
        self._steady = steady
        self._forget_at: dict[str, int] = {}
        # Between these two moments (Unix seconds) every end has been read.
        self._complete_since = 0.0
        self._complete_until = -math.inf
        self._etag = ''
        self._read_at = -math.inf
        self._was_lost: bool | None = None

    async def follow(self) -> None:
        """Read the list each second until cancelled."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self.read()

    async def read(self) -> None:
        """Read the list once, and log what is wrong."""
        try:
            await self.poll()
        except Exception as error:  # whatever it is, the task must not end unnoticed
            logging.getLogger('auth').exception('Reading the list of ended sessions failed.')
            self._note(why=type(error).__name__)

    async def poll(self) -> None:
        """Read the list once, if it has changed. What was read before stays until its time."""
        try:
            answer = await self._address.fetch(self._etag)
            news = None if answer.content is None else _list_in(answer.content)
        except FetchFailed as error:
            self._note(why=str(error))
        else:
            now = self._clock()
            if news is not None:
                kept = {name: until for name, until in self._forget_at.items() if until > now}
                # What a clock that is wrong makes us forget here, the list brings back at once.
                self._forget_at, self._etag = kept | news.forget_at, answer.etag
                if news.complete_since > self._complete_until - CLOCKS_AGREE_SECONDS:
                    self._complete_since = news.complete_since
            self._complete_until = now
            self._read_at = self._steady()
            self._note()

    def demand_not_ended(self, session_id: str, issued_at: float) -> None:
        """Raises `SessionEnded` for a listed session.

        If it must have a list, `VerificationUnavailable` without one, and for a token from before all
        that it has read: so many sessions have ended since that the list begins later.
        """
        if digest(session_id) in self._forget_at:
            raise SessionEnded(REASON)
        if self._required and (self._is_lost or issued_at < self._complete_since):
            raise VerificationUnavailable('no list of ended sessions', POLL_SECONDS)

    @property
    def _is_lost(self) -> bool:
        return self._steady() >= self._read_at + LOST_AFTER_SECONDS

    def _note(self, why: str = '') -> None:
        """Log when the list is lost, and when it is there again; not each second."""
        if self._is_lost != self._was_lost:
            self._was_lost = self._is_lost
            if self._was_lost:
                audit.record('feed_lost', level=logging.WARNING, why=why)
            else:
                audit.record('feed_read', sessions=len(self._forget_at))


@dataclass(frozen=True)
class _List:
    """When each digest may be forgotten, and since when none is missing (Unix seconds)."""

    forget_at: dict[str, int]
    complete_since: int


def _list_in(content: Any) -> _List:
    """Return what has been read. Raises `FetchFailed`."""
    entries = content.get('ended') if isinstance(content, dict) else None
    if not isinstance(entries, dict) or not all(type(each) is int for each in entries.values()):
        raise FetchFailed('no_list')
    complete_since = content.get('complete_since', 0)
    if type(complete_since) is not int:
        raise FetchFailed('no_list')
    return _List(entries, complete_since)
