"""Which tabs' storage goes: what holds nothing and is of no page."""

from __future__ import annotations

from nicegui import app
from nicegui.testing import User

from pages.page_session import TABS_USER
from pages.unused_tabs import forget_unused


async def test_only_empty_tabs_of_no_page_go(user: User) -> None:
    """What somebody keeps there stays, and so does an open page's, empty or not."""
    await user.open('/login')
    assert user.client
    open_tab = user.client._pinned_tab_id
    storage = app.storage
    for tab_id in ('of a scanner', 'of somebody', 'of a visitor', open_tab):
        await storage._create_tab_storage(str(tab_id))
    storage._tabs['of somebody'].update({TABS_USER: 'ada', 'draft': 'Dear all'})
    storage._tabs['of a visitor'][TABS_USER] = 'grace'

    forget_unused()

    assert {'of somebody', open_tab} <= storage._tabs.keys()
    assert not {'of a scanner', 'of a visitor'} & storage._tabs.keys()
