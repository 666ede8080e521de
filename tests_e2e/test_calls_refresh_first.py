"""P4: a call with a token that is due refreshes first; a 401 is retried once, then it signs out."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from .kit.auth_trace import traced
from .kit.network import hold
from .kit.visibility import hide
from .program.bare import join_bare, wait_for_name
from .program.people import Person, api_status, sees_login_page
from .program.server import Server

API = '**/api/me'
CALL = 'auth.fetch("/api/me").then((response) => response.status)'
TOKEN_LIFE_MS = 600_000


@pytest.fixture
def bare(tabs: Callable[[], Page], server: Server, person: Person) -> Page:
    """A page with the token holder, just registered, on a clock that can be moved."""
    tab = tabs()
    tab.context.clock.install()
    join_bare(tab, server.url, person)
    return tab


def refuse(route: Route) -> None:
    """Answer as our API does to a token that it does not take."""
    body = json.dumps({'code': 'invalid_token', 'title': 'No.'})
    route.fulfill(status=401, body=body, content_type='application/problem+json')


def refreshed(tab: Page) -> int:
    """Count the refreshes that have brought this tab a token."""
    return len(traced(tab, 'refresh.rotated'))


@pytest.mark.one_browser
def test_fresh_token_is_used_as_it_is(bare: Page) -> None:
    """A call with a token that has minutes to go is one call."""
    assert api_status(bare) == 200

    assert refreshed(bare) == 0
    assert not traced(bare, 'api.refreshed')


@pytest.mark.one_browser
def test_due_token_is_renewed_first(bare: Page) -> None:
    """A hidden tab has slept past the end of its token: the call refreshes, and is not refused."""
    hide(bare)
    begun = len(traced(bare, 'refresh.started'))
    bare.context.clock.fast_forward(TOKEN_LIFE_MS)
    assert len(traced(bare, 'refresh.started')) == begun

    assert api_status(bare) == 200

    assert refreshed(bare) == 1
    assert len(traced(bare, 'api.refreshed')) == 1
    assert not traced(bare, 'api.retried')


@pytest.mark.one_browser
def test_call_that_is_called_off_says_so(bare: Page) -> None:
    """Whoever has aborted a call is not told that the server cannot be reached."""
    held = hold(bare, API)
    bare.evaluate("""() => {
        globalThis.controller = new AbortController();
        const call = auth.fetch('/api/me', { signal: controller.signal });
        globalThis.called = call.catch((error) => error.name);
    }""")
    held.wait_for()

    bare.evaluate('controller.abort()')

    assert bare.evaluate('called') == 'AbortError'


def test_many_calls_share_one_refresh(bare: Page) -> None:
    """Eight calls at one instant without a token wait for the same refresh."""
    bare.evaluate('auth.token.forget()')

    statuses = bare.evaluate(f'Promise.all(Array.from({{ length: 8 }}, () => {CALL}))')

    assert statuses == [200] * 8
    assert refreshed(bare) == 1


def test_refused_call_is_retried_once(bare: Page, person: Person) -> None:
    """The API refuses a token that looks good: one refresh, one more call."""
    bare.route(API, refuse, times=1)

    assert api_status(bare) == 200

    assert len(traced(bare, 'api.retried')) == 1
    assert refreshed(bare) == 1
    wait_for_name(bare, person.name)


@pytest.mark.one_browser
def test_call_refused_twice_signs_out(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """Not even a new token helps: there is nothing left to try."""
    tab = tabs()
    person.join(tab, server.url)
    asked: list[Route] = []

    def count_and_refuse(route: Route) -> None:
        asked.append(route)
        refuse(route)

    tab.route(API, count_and_refuse)

    assert api_status(tab) == 401

    assert len(asked) == 2
    sees_login_page(tab)
