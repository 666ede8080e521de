"""P3 and P6 in tabs that nobody looks at: what they do is a setting, and none goes wrong by it.

Visibility is simulated (visibility.py), time is moved (`context.clock`).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .kit.auth_trace import expect_trace, keep_trace, traced, traced_before, wait_for_trace
from .kit.lacking import make_deaf
from .kit.tabs import OpenTab
from .kit.visibility import hide, show
from .program.bare import open_bare
from .program.people import Person, api_status, open_signed_in
from .program.server import Server

REMAINING = 'auth.token.describe().remainingMs'
A_TOKENS_LIFE = '10:00'


def refreshes_begun(tab: Page) -> int:
    """Count the refreshes that this tab has begun."""
    return len(traced(tab, 'refresh.started'))


@pytest.mark.one_browser
def test_hidden_tab_lets_its_token_run_out(
    context: BrowserContext, tabs: OpenTab, server: Server, person: Person
) -> None:
    """As long as nobody looks it asks nothing, unlike the visible tab beside it; then, at once."""
    context.clock.install()
    visible, hidden = open_signed_in(tabs, 2, server, person)
    hide(hidden)
    wait_for_trace(hidden, 'page.bound')
    before = refreshes_begun(hidden)

    with expect_trace(visible, 'refresh.rotated'):
        context.clock.fast_forward(A_TOKENS_LIFE)

    assert hidden.evaluate(REMAINING) == 0  # time has passed here too
    assert refreshes_begun(hidden) == before
    with expect_trace(hidden, 'refresh.rotated'):
        show(hidden)
    assert hidden.evaluate('auth.state') == 'signed-in'


@pytest.mark.one_browser
def test_ahead_refreshes_hidden_tabs(
    context: BrowserContext, tabs: OpenTab, server_with: Callable[..., Server], person: Person
) -> None:
    """`--renewal ahead` keeps a token fresh in every tab, seen or not."""
    server = server_with('--renewal', 'ahead')
    context.clock.install()
    tab = tabs()
    person.join(tab, server.url)
    wait_for_trace(tab, 'page.bound')  # or a call for that would refresh first
    hide(tab)

    with expect_trace(tab, 'refresh.rotated'):
        context.clock.fast_forward(A_TOKENS_LIFE)

    assert tab.evaluate(REMAINING) > 0


@pytest.mark.one_browser
def test_lazy_refreshes_before_a_call_only(
    context: BrowserContext, tabs: OpenTab, server_with: Callable[..., Server], person: Person
) -> None:
    """`--renewal lazy` asks for nothing until somebody wants something, even in a visible tab."""
    server = server_with('--renewal', 'lazy')
    context.clock.install()
    tab, other = tabs(), tabs()
    person.join(tab, server.url)
    wait_for_trace(tab, 'page.bound')
    expect(tab.get_by_text('at the next call')).to_be_visible()
    open_bare(other, server.url)  # a page that does not know of the setting
    before = refreshes_begun(tab)
    context.clock.fast_forward(A_TOKENS_LIFE)
    wait_for_trace(other, 'refresh.started', 2)
    hide(tab)
    show(tab)
    assert tab.evaluate(REMAINING) == 0
    assert refreshes_begun(tab) == before

    assert api_status(tab) == 200

    assert refreshes_begun(tab) == before + 1
    assert traced(tab, 'api.retried') == []


def test_hidden_tab_moves_to_the_new_user(
    tabs: OpenTab, server: Server, person: Person, grace: Person
) -> None:
    """Somebody else signs in: news of that kind is heard in the background too."""
    hidden, seen = open_signed_in(tabs, 2, server, person)
    hide(hidden)

    grace.sign_in_by_script(seen)

    grace.sees_dashboard(hidden)
    expect(hidden.get_by_text(person.name)).to_have_count(0)
    assert hidden.evaluate('document.visibilityState') == 'hidden'


@pytest.mark.one_browser
def test_hidden_tab_that_heard_nothing_finds_out(
    tabs: OpenTab, server: Server, person: Person, grace: Person
) -> None:
    """Neither tabs nor server could reach it, and its token ran out: it asks when it is looked at."""
    hidden, seen = tabs(), tabs()
    hidden.context.clock.install()
    make_deaf(hidden)
    person.join(hidden, server.url)
    hidden.evaluate('auth.sessionEnded = () => {}')
    hide(hidden)
    seen.goto(f'{server.url}/dashboard')
    person.sees_dashboard(seen)
    grace.sign_in_by_script(seen)
    grace.sees_dashboard(seen)
    hidden.context.clock.fast_forward(A_TOKENS_LIFE)
    assert hidden.evaluate('auth.user.name') == person.name  # it really knows of nothing

    keep_trace(hidden)
    show(hidden)

    grace.sees_dashboard(hidden)
    assert traced_before(hidden, 'user.switched')
    expect(hidden.get_by_text(person.name)).to_have_count(0)
