"""Pages that are asked for, and never looked at: how many are kept, and whose go first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from fastapi import Request
from nicegui import Client, ui
from nicegui.testing import User

from pages.waiting_pages import MAX_WAITING, WaitingPages

MOST = 3
A_CLASS_WITH_EIGHT_TABS_EACH = 40 * 8
SCANNER, NEIGHBOUR, PERSON = '2001:db8::1', '2001:db8::2', '192.0.2.7'


@pytest.fixture
async def waiting(user: User) -> WaitingPages:
    """So many may wait here, beside the product's own."""
    waiting = WaitingPages(MOST)
    waiting.watch()
    return waiting


@pytest.fixture
def opened() -> Iterator[list[Client]]:
    """The pages that a test has opened, the oldest first."""
    opened: list[Client] = []
    yield opened
    for client in opened:
        if not client.is_deleted:
            client.delete()


def asks(opened: list[Client], address: str) -> Client:
    """Ask for a page as whoever is at this address; do not connect to it."""
    scope = {'type': 'http', 'path': '/', 'headers': [], 'query_string': b'', 'root_path': ''}
    scope |= {'server': ('testserver', 80), 'scheme': 'http', 'client': (address, 50_000)}
    opened.append(Client(ui.page('/about'), request=Request(scope)))
    return opened[-1]


async def test_pages_that_nobody_looks_at_are_few(user: User, waiting: WaitingPages) -> None:
    """Whoever asks again and again takes so much memory and no more; the newest pages stay."""
    for _ in range(MOST):
        await user.http_client.get('/login')
    waiting.look()
    kept = list(Client.instances)
    for _ in range(2):
        await user.http_client.get('/login')

    waiting.look()

    assert len(kept) == MOST
    assert list(Client.instances)[:-2] == kept[2:]


async def test_page_that_has_connected_stays(
    user: User, waiting: WaitingPages, opened: list[Client]
) -> None:
    """However many wait, and also while its socket is being mended."""
    client = await user.open('/login')
    client.tab_id = None
    for _ in range(MOST + 1):
        asks(opened, SCANNER)

    waiting.look()

    assert not client.is_deleted
    assert [each.is_deleted for each in opened] == [True, *[False] * MOST]


async def test_whoever_asks_most_waits_least(waiting: WaitingPages, opened: list[Client]) -> None:
    """A slow person loses nothing to a scanner at another address; an IPv6 network counts as one."""
    slow = asks(opened, PERSON)
    first = asks(opened, SCANNER)
    for address in (NEIGHBOUR, SCANNER):
        asks(opened, address)

    waiting.look()

    assert not slow.is_deleted
    assert [each for each in opened if each.is_deleted] == [first]


async def test_it_is_looked_at_while_nicegui_runs(user: User) -> None:
    """The product does so by itself, with room for a class."""
    running = [task.get_name() for task in asyncio.all_tasks()]

    assert any('WaitingPages.look' in name for name in running)
    assert A_CLASS_WITH_EIGHT_TABS_EACH < MAX_WAITING
