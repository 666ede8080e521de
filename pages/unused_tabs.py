"""Forgets the tabs of which nothing was kept, but whose they were.

NiceGUI makes room for each tab that connects, and keeps it for 30 days; a scanner's never come back.
"""

from __future__ import annotations

from nicegui import Client, app
from nicegui.observables import ObservableDict

from .page_session import TABS_USER

LOOK_INTERVAL_SECONDS = 60.0


def watch() -> None:
    """Look every minute as long as NiceGUI runs."""
    app.timer(LOOK_INTERVAL_SECONDS, forget_unused)


def forget_unused() -> None:
    """Drop what holds nothing and belongs to no page; a tab that comes back gets as much."""
    in_use = {client._pinned_tab_id for client in Client.instances.values()}
    tabs = app.storage._tabs
    for tab_id, kept in list(tabs.items()):
        # Another type is NiceGUI's to close: it is kept outside of this process.
        is_kept_elsewhere = type(kept) is not ObservableDict
        if not (kept.keys() - {TABS_USER} or tab_id in in_use or is_kept_elsewhere):
            del tabs[tab_id]
