"""P11: a replayed refresh token ends that session at once, and its owner is told why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .kit.auth_trace import traced, wait_for_trace
from .program.people import Person, press, sees_login_page
from .program.server import IMPATIENT, Server

LIMIT_MS = 2_000
WHY = 'This session was used from two places'


def test_copied_token_ends_the_session(
    start_once: Callable[..., Server],
    database_options: Callable[[object], list[str]],
    devices: Callable[[], Page],
    new_context: Callable[..., BrowserContext],
    person: Person,
) -> None:
    """A thief's copy works no more after its owner's refresh; trying it ends the session for both."""
    server = start_once(*IMPATIENT, *database_options(IMPATIENT))
    owner, elsewhere = devices(), devices()
    person.join(owner, server.url)
    person.come_back(elsewhere, server.url)
    session = owner.evaluate('auth.session.id')
    copied = owner.context.storage_state()
    owner.evaluate('auth.refresh()')
    assert traced(owner, 'refresh.rotated')
    press(owner, 'Call the API')  # which shows: the new cookie arrived
    expect(owner.get_by_text('200', exact=True)).to_be_visible()

    thief = new_context(storage_state=copied).new_page()
    thief.goto(f'{server.url}/dashboard')

    expect(owner.get_by_text(WHY)).to_be_visible(timeout=LIMIT_MS)
    sees_login_page(owner)
    sees_login_page(thief)
    assert wait_for_trace(thief, 'refresh.refused')['detail']['reason'] == 'replay'
    server.wait_for('refresh_replayed', session=session)
    assert server.count('refresh_replayed', session=session) == 1
    person.sees_dashboard(elsewhere)
    press(elsewhere, 'Call the API')
    expect(elsewhere.get_by_text('200', exact=True)).to_be_visible()


@pytest.mark.checklist('WCAG 2.2.1')
@pytest.mark.one_browser
def test_owner_is_told_after_the_fact(
    strict_server: Server,
    devices: Callable[[], Page],
    new_context: Callable[..., BrowserContext],
    person: Person,
) -> None:
    """The owner was away when it happened, and reads why on coming back."""
    owner = devices()
    person.join(owner, strict_server.url)
    copied = owner.context.storage_state()
    owner.evaluate('auth.refresh()')
    owner.evaluate('auth.refresh()')
    owner.goto('about:blank')
    thief = new_context(storage_state=copied).new_page()
    thief.goto(f'{strict_server.url}/dashboard')
    sees_login_page(thief)

    owner.goto(f'{strict_server.url}/dashboard')

    expect(owner.get_by_text(WHY)).to_be_visible()
    sees_login_page(owner)
