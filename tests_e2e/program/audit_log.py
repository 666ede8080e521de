"""What a server's log says has happened: its audit events, by name and by their details."""

from __future__ import annotations

from collections import Counter

from auth.audit import OWASP_WORDS
from auth.sessions.outcomes import Outcome

_BEGINNING = 'auth.audit: '


class AuditLog:
    """The events so far, each as the words of its line."""

    def __init__(self) -> None:
        self._events: list[list[str]] = []

    def take(self, line: str) -> None:
        """Keep what a line of the log records, if it is one of these."""
        _, found, event = line.partition(_BEGINNING)
        if found:
            self._events.append(event.split())

    def count(self, event: str, **details: object) -> int:
        """Say how often an event has been recorded, with these details among others.

        Raises `AssertionError` if there is no such event: it would be counted 0 times for ever.
        """
        assert event in OWASP_WORDS, f'nothing records {event}'
        wanted = {f'{name}={value}' for name, value in details.items()}
        return sum(name == event and wanted <= set(words) for name, *words in self._events)

    def count_refreshes(self, session: str) -> Counter[str]:
        """Say how the refreshes of a session have been answered, as in `rotated` or `replayed`."""
        return Counter({each: self.count(f'refresh_{each}', session=session) for each in Outcome})
