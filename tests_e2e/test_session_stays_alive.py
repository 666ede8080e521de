"""P3: the session stays alive: one refresh before each expiry, and the client's clock may be wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from .kit.auth_trace import expect_trace, traced, wait_for_trace
from .kit.network import out_of_reach
from .kit.tabs import OpenTab
from .program.bare import join_bare, wait_for_name
from .program.people import Person, call_api
from .program.server import Server

SHORT_LIFE_SECONDS = 4


def refused_while_signed_in(tab: Page) -> list[dict[str, Any]]:
    """The one refusal before registering is right: nobody was signed in."""
    refused = traced(tab, 'refresh.refused')
    return [event for event in refused if event['detail']['code'] != 'no_session']


def test_each_short_lived_token_is_renewed_before_it_ends(
    tabs: OpenTab, server_with: Callable[..., Server], person: Person
) -> None:
    """With real clocks on both sides: two lives, two refreshes, none late, none refused."""
    server = server_with('--access-token-seconds', str(SHORT_LIFE_SECONDS))
    tab = tabs()
    person.join(tab, server.url)

    wait_for_trace(tab, 'refresh.rotated', 3, timeout_ms=6 * SHORT_LIFE_SECONDS * 1000)

    renewals = [event['at'] for event in traced(tab, 'refresh.rotated')]
    gaps_ms = [later - earlier for earlier, later in itertools.pairwise(renewals)]
    assert all(gap < SHORT_LIFE_SECONDS * 1000 for gap in gaps_ms)
    # Once per life, not again and again: the margin is less than half the life.
    assert all(gap > SHORT_LIFE_SECONDS * 1000 / 2 for gap in gaps_ms)
    assert traced(tab, 'refresh.refused') == []
    person.sees_dashboard(tab)


def test_one_refresh_before_each_ten_minute_expiry(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """The browser's clock is moved nine and a half minutes at a time; each time one refresh is due."""
    tab = tabs()
    tab.context.clock.install()
    person.join(tab, server.url)
    wait_for_trace(tab, 'page.bound')  # or a call for that would refresh first
    before = len(traced(tab, 'refresh.rotated'))

    for times in (1, 2, 3):
        tab.context.clock.fast_forward('09:30')
        wait_for_trace(tab, 'refresh.rotated', before + times)

    assert len(traced(tab, 'refresh.rotated')) == before + 3
    person.sees_dashboard(tab)


@pytest.mark.one_browser
def test_sleep_past_expiry_is_survived(tabs: OpenTab, server: Server, person: Person) -> None:
    """A lid closed for an hour: every timer fires late and once, and the person is still signed in."""
    tab = tabs()
    tab.context.clock.install()
    person.join(tab, server.url)
    wait_for_trace(tab, 'page.bound')  # or a call for that would refresh first

    with expect_trace(tab, 'refresh.rotated'):
        tab.context.clock.fast_forward('01:00:00')

    person.sees_dashboard(tab)
    call_api(tab)
    assert traced(tab, 'api.retried') == []


@pytest.mark.one_browser
@pytest.mark.parametrize('hours_off', [-2, 2])
def test_client_clock_two_hours_off_changes_nothing(
    hours_off: int, tabs: OpenTab, server: Server, person: Person
) -> None:
    """Expiry counts from receipt: a wrong clock neither refreshes in a loop nor misses the time."""
    tab = tabs()
    tab.context.clock.install(time=datetime.now().astimezone() + timedelta(hours=hours_off))
    join_bare(tab, server.url, person)
    before = len(traced(tab, 'refresh.rotated'))

    tab.context.clock.fast_forward('05:00')
    assert len(traced(tab, 'refresh.started')) == len(traced(tab, 'refresh.rotated')) + 1
    assert len(traced(tab, 'refresh.rotated')) == before
    with expect_trace(tab, 'refresh.rotated'):
        tab.context.clock.fast_forward('04:30')

    assert refused_while_signed_in(tab) == []
    wait_for_name(tab, person.name)


@pytest.mark.one_browser
def test_sleep_that_stops_timers_is_noticed(
    context: BrowserContext, tabs: OpenTab, server: Server, person: Person
) -> None:
    """The clock has jumped, no timer has run: within a minute of waking the tab looks, and asks."""
    context.clock.install()
    tab = tabs()
    join_bare(tab, server.url, person)  # no page that may call, and so refresh first
    before = len(traced(tab, 'refresh.started'))

    context.clock.set_system_time(datetime.now().astimezone() + timedelta(hours=1))
    assert len(traced(tab, 'refresh.started')) == before
    with expect_trace(tab, 'refresh.rotated'):
        context.clock.fast_forward('01:00')

    assert len(traced(tab, 'refresh.started')) == before + 1
    assert tab.evaluate('auth.state') == 'signed-in'


@pytest.mark.one_browser
def test_clocks_four_hours_apart_change_nothing(
    context: BrowserContext, tabs: OpenTab, server_taking_orders: Server, person: Person
) -> None:
    """The server's clock is two hours fast, this device's two hours slow; tokens are fresh and used."""
    context.clock.install(time=datetime.now().astimezone() - timedelta(hours=2))
    tab = tabs()
    with server_taking_orders.clock_ahead(2 * 3600):
        person.join(tab, server_taking_orders.url)
        wait_for_trace(tab, 'page.bound')
        before = len(traced(tab, 'refresh.started'))
        context.clock.fast_forward('05:00')
        assert len(traced(tab, 'refresh.started')) == before
        with expect_trace(tab, 'refresh.rotated'):
            context.clock.fast_forward('04:30')
        call_api(tab)
    assert traced(tab, 'api.retried') == []
    assert len(traced(tab, 'refresh.rotated')) == before + 1
    assert refused_while_signed_in(tab) == []


@pytest.mark.one_browser
def test_answer_to_another_call_ends_the_retries(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """A refresh is put off, and a new password brings a token: that one is renewed in its turn."""
    tab = tabs()
    tab.context.clock.install()
    join_bare(tab, server.url, person)
    with out_of_reach(tab, '**/auth/refresh'):
        tab.evaluate('auth.refresh()')
        assert tab.evaluate('auth.state') == 'reconnecting'
        form = {'current_password': person.password, 'new_password': f'{person.password}, later'}
        tab.evaluate('form => auth.account.changePassword(form)', form)
    assert tab.evaluate('auth.state') == 'signed-in'

    with expect_trace(tab, 'refresh.rotated'):
        tab.context.clock.fast_forward('09:30')
