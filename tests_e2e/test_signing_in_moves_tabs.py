"""P6: signing in moves waiting tabs on; a user switch never leaves a tab showing the first user."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .kit.lacking import make_deaf
from .kit.traces import wait_for_trace
from .program.people import Person, sees_login_page
from .program.server import Server

LOG_IN = """([email, password]) => auth.login({ email, password, stay_signed_in: true })"""


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
    first, second = tabs(), tabs()
    person.join(first, server.url)
    second.goto(f'{server.url}/dashboard')
    person.sees_dashboard(second)

    second.evaluate(LOG_IN, [grace.email, grace.password])

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

    second.evaluate(LOG_IN, [grace.email, grace.password])

    grace.sees_dashboard(deaf)
    assert wait_for_trace(deaf, 'logout.received')['detail']['via'] == 'server'
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
    second.evaluate(LOG_IN, [grace.email, grace.password])
    grace.sees_dashboard(second)

    deaf.evaluate('auth.refresh()')

    grace.sees_dashboard(deaf)
    wait_for_trace(deaf, 'user.switched')
    expect(deaf.get_by_text(f'Acts for {grace.name}')).to_be_visible()  # Python, too
    expect(deaf.get_by_text(person.name)).to_have_count(0)
