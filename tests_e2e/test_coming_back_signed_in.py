"""P2: a reload, a new tab, a closed and reopened tab come back signed in without typing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from .kit.tabs import OpenTab, duplicate
from .program.people import Person, press, sees_login_page
from .program.server import Server


@pytest.fixture
def tab(tabs: OpenTab, server: Server, person: Person) -> Page:
    """A tab in which the person has just registered."""
    tab = tabs()
    person.register(tab, server.url)
    return tab


def test_reload_comes_back_signed_in(tab: Page, person: Person) -> None:
    """The token died with the page; the cookie brings a new one."""
    tab.reload()

    person.sees_dashboard(tab)


def test_new_tab_comes_back_signed_in(
    tab: Page, tabs: OpenTab, server: Server, person: Person
) -> None:
    """A tab opened at the start page finds its own way to the dashboard; the first tab stays."""
    second = tabs()
    second.goto(server.url)

    person.sees_dashboard(second)
    person.sees_dashboard(tab)


def test_reopened_tab_comes_back_signed_in(
    tab: Page, tabs: OpenTab, server: Server, person: Person
) -> None:
    """With the last tab closed, nothing but the cookie is left, and it is enough."""
    tab.close()

    reopened = tabs()
    reopened.goto(f'{server.url}/dashboard')

    person.sees_dashboard(reopened)


def test_duplicated_tab_comes_back_signed_in(tab: Page, person: Person) -> None:
    """A duplicate copies sessionStorage too; it must not take the original for itself."""
    copy = duplicate(tab)

    person.sees_dashboard(copy)
    person.sees_dashboard(tab)


@pytest.mark.parametrize(
    'stay',
    [
        pytest.param(True, id='forever', marks=pytest.mark.one_browser),
        pytest.param(False, id='until-it-closes'),
    ],
)
@pytest.mark.checklist('63B 5.1')
def test_checkbox_decides_whether_a_restart_signs_out(
    stay: bool,
    tabs: OpenTab,
    new_context: Callable[..., BrowserContext],
    server: Server,
    grace: Person,
) -> None:
    """A restarted browser keeps the cookies that have an age, and only those."""
    tab = tabs()
    tab.goto(f'{server.url}/login')
    grace.fill_login_form(tab)
    tab.get_by_label('Stay signed in').set_checked(stay)
    press(tab, 'Sign in')
    grace.sees_dashboard(tab)

    kept = [cookie for cookie in tab.context.cookies() if cookie['expires'] > 0]
    tab.context.close()
    restarted = new_context()
    restarted.add_cookies(kept)  # type: ignore[arg-type]
    page = restarted.new_page()
    page.goto(server.url)

    if stay:
        grace.sees_dashboard(page)
    else:
        sees_login_page(page)
