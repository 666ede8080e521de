"""P6: signing in moves waiting tabs on; a user switch never leaves a tab showing the first user."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .kit.auth_trace import keep_trace, traced_before
from .kit.lacking import make_deaf
from .kit.network import hold
from .kit.tabs import loads_anew
from .program.bare import join_bare, join_bare_pair, wait_for_name
from .program.people import Person, api_status, call_api, open_signed_in, sees_login_page
from .program.server import Server

LOG_OUT_EVERYWHERE = """() => {
    globalThis.ordered = auth.logoutEverywhere().then(() => 'done', (error) => error.code);
}"""
CALL_API = """() => {
    globalThis.called = auth.fetch('/api/me').then((answer) => answer.text(), (error) => error.code);
}"""
WATCH_HEADING = """(name) => new MutationObserver(() => {
    const heading = [...document.querySelectorAll("h1")].find((h1) => h1.textContent === name);
    if (heading) sessionStorage["old-document"] = heading.checkVisibility() ? "seen" : "hidden";
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true })"""


def test_waiting_tabs_move_on(tabs: Callable[[], Page], server: Server, person: Person) -> None:
    """Tabs at the login page, or on their way to a private page, go on as soon as one signs in."""
    at_login, at_private, here = tabs(), tabs(), tabs()
    at_login.goto(f'{server.url}/login')
    at_private.goto(f'{server.url}/dashboard')
    for tab in (at_login, at_private):
        sees_login_page(tab)

    person.register(here, server.url)

    for tab in (at_login, at_private):
        person.sees_dashboard(tab)


def test_other_tabs_show_the_new_user(
    tabs: Callable[[], Page], server: Server, person: Person, grace: Person
) -> None:
    """Grace signs in where Ada was: no tab goes on showing Ada, not even behind a cover."""
    first, second = open_signed_in(tabs, 2, server, person)

    grace.sign_in_by_script(second)

    for tab in (first, second):
        grace.sees_dashboard(tab)
        expect(tab.get_by_text(person.name)).to_have_count(0)
        expect(tab.get_by_text(person.email)).to_have_count(0)
    called = first.evaluate('auth.fetch("/api/me").then((response) => response.json())')
    assert called['user']['name'] == grace.name


@pytest.fixture
def deaf(tabs: Callable[[], Page], server: Server, person: Person) -> Page:
    """A tab that hears nothing from other tabs, in which the person has just registered."""
    tab = tabs()
    make_deaf(tab)
    person.join(tab, server.url)
    return tab


def test_deaf_tab_is_told_by_the_server(
    deaf: Page, tabs: Callable[[], Page], server: Server, person: Person, grace: Person
) -> None:
    """Messages between tabs got lost: the page's own connection tells that the session is over."""
    second = tabs()
    second.goto(f'{server.url}/dashboard')
    person.sees_dashboard(second)
    keep_trace(deaf)

    grace.sign_in_by_script(second)

    grace.sees_dashboard(deaf)
    [received] = traced_before(deaf, 'logout.received')
    assert received['detail']['via'] == 'server'
    expect(deaf.get_by_text(person.name)).to_have_count(0)


@pytest.mark.one_browser
def test_deaf_tab_finds_out_by_its_next_refresh(
    deaf: Page, tabs: Callable[[], Page], server: Server, person: Person, grace: Person
) -> None:
    """Not even the server's word came through: the next answer is for somebody else."""
    deaf.evaluate('auth.sessionEnded = () => {}')
    second = tabs()
    second.goto(f'{server.url}/dashboard')
    person.sees_dashboard(second)
    grace.sign_in_by_script(second)
    grace.sees_dashboard(second)

    keep_trace(deaf)
    deaf.evaluate('void auth.refresh()')

    grace.sees_dashboard(deaf)
    assert traced_before(deaf, 'user.switched')
    expect(deaf.get_by_text(f'Acts for {grace.name}')).to_be_visible()  # Python, too
    expect(deaf.get_by_text(person.name)).to_have_count(0)


@pytest.mark.one_browser
def test_next_user_waits_for_a_new_document(deaf: Page, server: Server, grace: Person) -> None:
    """The page of one user is not seen to be the next one's while it is on its way out."""
    deaf.evaluate('auth.sessionEnded = () => {}')
    grace.post(deaf.context.request, server.url, 'login')
    deaf.evaluate(WATCH_HEADING, grace.name)

    with loads_anew(deaf):
        deaf.evaluate('void auth.refresh()')

    grace.sees_dashboard(deaf)
    assert deaf.evaluate('sessionStorage["old-document"]') == 'hidden'


@pytest.mark.one_browser
def test_answer_for_one_is_not_shown_to_the_next(deaf: Page, server: Server, grace: Person) -> None:
    """What the API said to the first user is gone from the cards when the next one is shown."""
    deaf.evaluate('auth.sessionEnded = () => {}')
    call_api(deaf)
    grace.post(deaf.context.request, server.url, 'login')

    keep_trace(deaf)
    deaf.evaluate('void auth.refresh()')

    grace.sees_dashboard(deaf)
    assert traced_before(deaf, 'user.switched')
    expect(deaf.get_by_role('button', name='Call the API')).to_be_visible()
    expect(deaf.get_by_text('this answer is for you alone')).to_have_count(0)


@pytest.mark.one_browser
def test_order_of_one_is_not_carried_out_for_the_next(
    tabs: Callable[[], Page], server: Server, person: Person, grace: Person
) -> None:
    """Ada logs out everywhere, the call waits for a refresh, and that finds Grace: hers goes on."""
    tab, second = tabs(), tabs()
    make_deaf(tab)
    join_bare_pair(tab, second, server.url, person)
    grace.sign_in_by_script(second)
    wait_for_name(second, grace.name)
    held = hold(tab, '**/auth/refresh')
    with tab.expect_request('**/auth/refresh'):
        tab.evaluate('void auth.refresh()')

    tab.evaluate(LOG_OUT_EVERYWHERE)
    held.wait_for().continue_()

    assert tab.evaluate('globalThis.ordered') == 'session_changed'
    wait_for_name(tab, grace.name)
    assert api_status(second) == 200


@pytest.mark.one_browser
def test_order_given_before_anybody_is_known_is_carried_out(
    tabs: Callable[[], Page], server: Server, person: Person
) -> None:
    """Ada logs out everywhere while her page is still loading: once it knows her, she is signed out."""
    tab = tabs()
    join_bare(tab, server.url, person)
    held = hold(tab, '**/auth/refresh')
    with tab.expect_request('**/auth/refresh'):
        tab.reload()
    assert tab.evaluate('auth.state') == 'loading'

    tab.evaluate(LOG_OUT_EVERYWHERE)
    held.wait_for().continue_()

    assert tab.evaluate('globalThis.ordered') == 'done'
    assert tab.evaluate('[auth.state, auth.reason]') == ['signed-out', 'logout_everywhere']


@pytest.mark.one_browser
@pytest.mark.parametrize('who', ['nobody', 'somebody else'])
def test_late_answer_is_not_handed_to_the_next(
    who: str, tabs: Callable[[], Page], server: Server, person: Person, grace: Person
) -> None:
    """Ada's call is answered, and the answer is late: whoever is there by then does not get it."""
    tab = tabs()
    join_bare(tab, server.url, person)
    assert api_status(tab) == 200
    held = hold(tab, '**/api/me')
    tab.evaluate(CALL_API)
    call = held.wait_for()
    answer = call.fetch()
    assert person.name in answer.text()
    if who == 'nobody':
        tab.evaluate('auth.logout()')
    else:
        grace.sign_in_by_script(tab)
        wait_for_name(tab, grace.name)

    call.fulfill(response=answer)

    assert tab.evaluate('globalThis.called') == 'answer_withheld'
