"""Deletes what is over, in small batches, while the server runs: old sessions, old entries of the list
of ended ones. No cron."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from sqlalchemy import delete, select

from ..database.engine import Database
from ..database.models import Session
from ..errors import DatabaseUnavailable
from .ended_list import EndedList

INTERVAL_SECONDS = 3600
BATCH_SESSIONS = 200
# For a day after its idle limit a session's tokens are still told why; later they are unknown.
KEPT_SECONDS = 86_400


class Purge:
    """Every hour, from a thread of its own, which waits with what `new_event` gives."""

    def __init__(
        self,
        database: Database,
        ended_list: EndedList,
        clock: Callable[[], float],
        new_event: Callable[[], threading.Event] = threading.Event,
    ) -> None:
        self._database = database
        self._ended_list = ended_list
        self._clock = clock
        self._new_event = new_event
        self._stopping = new_event()

    def start(self) -> None:
        """Begin; the first round is now."""
        self._stopping = self._new_event()  # that of a thread before, cleared, would let it go on
        run = partial(self._run, self._stopping)
        threading.Thread(target=run, name='purge', daemon=True).start()

    def stop(self) -> None:
        """Begin no further batch."""
        self._stopping.set()

    def run_once(self) -> int:
        """Delete all that is due; return how many sessions that was. Raises `DatabaseUnavailable`."""
        deleted = 0
        while not self._stopping.is_set():
            batch = self._delete_batch()
            deleted += batch
            if batch < BATCH_SESSIONS:
                break
        return deleted

    def _delete_batch(self) -> int:
        """Delete some sessions and, through their foreign keys, their refresh tokens.

        Whatever a token could still be told is over: the idle limit is never past the absolute one.
        """
        due = Session.idle_expires_at < self._clock() - KEPT_SECONDS
        some = select(Session.id).where(due).limit(BATCH_SESSIONS)
        with self._database.read() as connection:  # mostly there is nothing, and no lock is needed
            if connection.execute(some).first() is None:
                return 0
        with self._database.write() as connection:
            # Skipping locked rows keeps this out of deadlocks with a force logout (PostgreSQL).
            ids = connection.execute(some.with_for_update(skip_locked=True)).scalars().all()
            connection.execute(delete(Session).where(Session.id.in_(ids)))
        return len(ids)

    def _run(self, stopping: threading.Event) -> None:
        log = logging.getLogger('auth')
        while not stopping.is_set():
            try:
                self._ended_list.forget_old()
                if deleted := self.run_once():
                    log.info('Purged %d sessions that ended long ago.', deleted)
            except DatabaseUnavailable as error:
                log.warning('Purging waits for the database: %s', error)
            except Exception:  # whatever it is, the thread must not end unnoticed
                log.exception('Purging failed.')
            stopping.wait(INTERVAL_SECONDS)
