"""P5: Back revives nothing: a page restored from memory has no token, and shows nothing private.

The app's own pages were not restored here (they have a WebSocket, and `no-store`), so the token holder
is tried on a page that is: `bare.py`. Each test sees that its page came back from memory, or did not.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from .kit.auth_trace import wait_for_trace
from .kit.bfcache import appearances, go_back, say_put_away
from .kit.lacking import without_broadcast
from .kit.network import hold
from .kit.tabs import OpenTab
from .program.bare import join_bare, wait_for_name
from .program.people import Person, log_out, sees_login_page
from .program.server import Server

pytestmark = pytest.mark.xdist_group('Back')
ELSEWHERE = '/healthz'


def leave(tab: Page, server: Server) -> None:
    """Go from the page in the tab to one that has nothing to do with it."""
    tab.goto(server.url + ELSEWHERE)


def open_bare_signed_in(context: BrowserContext, server: Server, person: Person) -> Page:
    """Register on a bare page; its holder has the token, and it shows the name."""
    tab = context.new_page()
    join_bare(tab, server.url, person)
    assert tab.evaluate('auth.token.describe()') is not None
    return tab


def log_out_in_another_tab(context: BrowserContext, server: Server, person: Person) -> None:
    """Come back signed in in a second tab of the app, and press the button there."""
    other = context.new_page()
    other.goto(f'{server.url}/dashboard')
    person.sees_dashboard(other)
    log_out(other)
    wait_for_trace(other, 'logout.sent')
    sees_login_page(other)


def test_restored_page_comes_back_without_its_token(
    restoring_context: BrowserContext, server: Server, person: Person
) -> None:
    """The token and the name were put away before the page was kept; a refresh brings both back."""
    tab = open_bare_signed_in(restoring_context, server, person)
    leave(tab, server)

    go_back(tab)

    first, again = appearances(tab)
    assert [first['persisted'], again['persisted']] == [False, True]
    assert not again['holdsToken']
    assert again['state'] == 'loading'
    assert person.name not in again['text']
    wait_for_name(tab, person.name)


def test_back_after_logout_restores_nothing_private(
    restoring_context: BrowserContext, server: Server, person: Person
) -> None:
    """The kept page heard nothing of the logout; it wakes without a token, asks, and is refused."""
    without_broadcast(restoring_context)
    tab = open_bare_signed_in(restoring_context, server, person)
    leave(tab, server)
    log_out_in_another_tab(restoring_context, server, person)

    go_back(tab)

    assert appearances(tab)[-1]['persisted']
    assert not appearances(tab)[-1]['holdsToken']
    assert person.name not in appearances(tab)[-1]['text']
    tab.wait_for_function('auth.state === "signed-out"')
    wait_for_name(tab, '')


def test_message_to_tabs_drops_kept_pages(
    restoring_context: BrowserContext, server: Server, person: Person
) -> None:
    """A kept page cannot take the logout's message, so the browser gives the page up: Back loads."""
    tab = open_bare_signed_in(restoring_context, server, person)
    leave(tab, server)
    log_out_in_another_tab(restoring_context, server, person)

    go_back(tab)

    assert [each['persisted'] for each in appearances(tab)] == [False]
    tab.wait_for_function('globalThis.auth?.state === "signed-out"')
    wait_for_name(tab, '')


def test_pages_of_the_app_are_not_kept(
    restoring_context: BrowserContext, server: Server, person: Person
) -> None:
    """Back loads the dashboard anew while the person is signed in, and the login page afterwards."""
    tab = restoring_context.new_page()
    person.join(tab, server.url)
    leave(tab, server)
    go_back(tab)
    person.sees_dashboard(tab)
    assert [each['persisted'] for each in appearances(tab)] == [False]
    leave(tab, server)
    log_out_in_another_tab(restoring_context, server, person)

    go_back(tab)

    sees_login_page(tab)
    assert [each['persisted'] for each in appearances(tab)] == [False]
    expect(tab.get_by_text(person.name)).to_have_count(0)


@pytest.mark.one_browser
def test_late_answer_does_not_reach_a_page_that_is_kept(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """The page is put away during a refresh (as it hears it), and has no token afterwards."""
    tab = tabs()
    join_bare(tab, server.url, person)
    held = hold(tab, '**/auth/refresh')
    with tab.expect_request('**/auth/refresh'):
        tab.evaluate('globalThis.refreshed = auth.refresh(); 0')
    say_put_away(tab)

    held.wait_for().continue_()
    tab.evaluate('refreshed')

    assert tab.evaluate('auth.token.describe()') is None
    assert tab.evaluate('auth.state') == 'loading'
    tab.unroute('**/auth/refresh')
    tab.evaluate('dispatchEvent(new Event("pageshow"))')
    wait_for_name(tab, person.name)


@pytest.mark.one_browser
def test_page_of_the_app_that_is_put_away_shows_nothing(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Should a browser keep one all the same: neither half is to be seen until a refresh has come."""
    tab = tabs()
    person.join(tab, server.url)
    name, pythons_half = tab.get_by_role('heading', name=person.name), tab.get_by_text('Acts for')
    expect(pythons_half).to_be_visible()

    say_put_away(tab)

    for private in (name, pythons_half):
        expect(private).to_be_hidden()
    tab.evaluate('dispatchEvent(new Event("pageshow"))')
    for private in (name, pythons_half):
        expect(private).to_be_visible()
