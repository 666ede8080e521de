"""What readers of the two articles objected, where no other test answers them (docs/objections.md)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from .kit.auth_trace import traced, wait_for_trace
from .kit.tabs import OpenTab
from .program.people import Person, call_api, log_out, sees_login_page
from .program.server import Server
from .program.spy import keep_bearer

pytestmark = pytest.mark.one_browser


def api_answers(server: Server, authorization: str) -> int:
    """Return the status with which the API answers somebody who is no browser."""
    request = urllib.request.Request(
        f'{server.url}/api/me', headers={'Authorization': authorization}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            json.load(answer)
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def test_hooked_page_gives_its_access_token_away(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Memory is no vault: it works elsewhere, until the session ends. The refresh token stays put."""
    tab = tabs()
    keep_bearer(tab)  # what a script that has got into the page would do first
    person.join(tab, server.url)
    call_api(tab)
    loot: str = tab.evaluate('bearer')
    assert api_answers(server, loot) == 200
    assert 'refresh' in str(tab.context.cookies())
    assert 'refresh' not in tab.evaluate('document.cookie')

    log_out(tab)
    wait_for_trace(tab, 'logout.sent')

    assert api_answers(server, loot) == 401


def test_second_tab_leaves_the_first_token_alone(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Each tab has a token of its own session's; one's refresh takes nothing from the other."""
    first, second = tabs(), tabs()
    person.join(first, server.url)
    call_api(first)
    second.goto(f'{server.url}/dashboard')
    person.sees_dashboard(second)
    wait_for_trace(second, 'refresh.rotated')
    before = len(traced(first, 'refresh.started'))

    call_api(first)

    assert len(traced(first, 'refresh.started')) == before
    assert traced(first, 'api.retried') == []
    call_api(second)
    log_out(second)
    sees_login_page(first)
