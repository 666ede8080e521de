"""The dashboard: the session made visible, and the token in hand but not in the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .kit.tabs import OpenTab
from .program.people import Person, press
from .program.server import Server


@pytest.fixture
def dashboard(tabs: OpenTab, server: Server, person: Person) -> Page:
    """The dashboard of somebody who has just registered."""
    tab = tabs()
    person.register(tab, server.url)
    return tab


def value(page: Page, term: str) -> Locator:
    """What stands behind a term in one of the cards' lists."""
    return page.locator('dt', has_text=term).locator('xpath=following-sibling::dd[1]')


@pytest.mark.one_browser
def test_session_card_counts_refreshes(dashboard: Page) -> None:
    """Each refresh exchanges the refresh token once, and the next one is planned anew."""
    expect(value(dashboard, 'Refreshes so far')).to_have_text('0')
    expect(value(dashboard, 'Next silent refresh')).to_contain_text('in 8:')
    expect(value(dashboard, 'Signed in since')).to_contain_text('20')

    press(dashboard, 'Refresh now')

    expect(value(dashboard, 'Refreshes so far')).to_have_text('1')


@pytest.mark.one_browser
def test_api_call_needs_no_refresh_while_the_token_is_fresh(
    dashboard: Page, person: Person
) -> None:
    """Status, what the API said, and that it went out at once."""
    press(dashboard, 'Call the API')

    expect(value(dashboard, 'Status')).to_have_text('200')
    expect(value(dashboard, 'It said')).to_contain_text(person.name)
    expect(value(dashboard, 'Refreshed first')).to_have_text('no')


@pytest.mark.one_browser
def test_forgotten_token_is_fetched_again_at_the_next_call(dashboard: Page) -> None:
    """Without the token the person is still signed in: the cookie brings another."""
    press(dashboard, 'Forget the token')
    expect(dashboard.get_by_text('No token in memory.')).to_be_visible()

    press(dashboard, 'Call the API')

    expect(value(dashboard, 'Status')).to_have_text('200')
    expect(value(dashboard, 'Refreshed first')).to_have_text('yes')
    expect(dashboard.get_by_text('No token in memory.')).to_be_hidden()


@pytest.mark.one_browser
def test_token_card_shows_all_but_the_signature(dashboard: Page) -> None:
    """Header and claims as they are, the signature masked, the rest of its life counted down."""
    card = dashboard.get_by_role('region', name='Access token')

    expect(card).to_contain_text('"typ": "at+jwt"')
    expect(card).to_contain_text('"aud": "api"')
    expect(card).to_contain_text('•' * 20)
    expect(card).to_contain_text('Valid for 9:')


def test_raw_token_is_shown_on_demand_only(dashboard: Page) -> None:
    """A person can see it after a click, and it goes when the token is forgotten."""
    raw = dashboard.locator('.raw')
    expect(raw).to_be_hidden()

    press(dashboard, 'Show raw')
    expect(raw).to_be_visible()
    expect(raw.locator('div')).to_have_count(1)
    press(dashboard, 'Forget the token')

    expect(raw).to_be_hidden()
    expect(raw.locator('div')).to_have_count(0)
