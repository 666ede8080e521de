"""Bounds the pages that have been asked for, and that no browser has connected to.

NiceGUI keeps such a page for a minute: the browser may be slow. A scanner never connects, and asks
for thousands in that time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from weakref import WeakSet

from nicegui import Client, app

from auth import network, record_event

MAX_WAITING = 500  # of 155 KiB each (measured)
LOOK_INTERVAL_SECONDS = 1.0


class WaitingPages:
    """Knows which pages have had a socket, and deletes some of those that have not."""

    def __init__(self, most: int = MAX_WAITING) -> None:
        self._most = most
        self._have_connected: WeakSet[Client] = WeakSet()

    def watch(self) -> None:
        """Look every second as long as NiceGUI runs."""
        app.on_connect(self._note)
        app.timer(LOOK_INTERVAL_SECONDS, self.look)

    def look(self) -> None:
        """Delete what is too much: the oldest of the network address that has asked for the most.

        A browser that comes for such a page after all loads it anew.
        """
        waiting = [each for each in Client.instances.values() if each not in self._have_connected]
        too_many = len(waiting) - self._most
        if too_many <= 0:
            return
        by_network = defaultdict(list)
        for client in waiting:
            by_network[network(client.ip)].append(client)
        for _ in range(too_many):
            max(by_network.values(), key=len).pop(0).delete()
        record_event('pages_dropped', level=logging.WARNING, pages=too_many)

    def _note(self, client: Client) -> None:
        self._have_connected.add(client)
