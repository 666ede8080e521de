"""By keyboard alone: what is pressed keeps the focus, and a new page has it at its heading.

A screen reader reads on from there. Lost, the focus is at the top of the document.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from .kit.auth_trace import traced
from .kit.tabs import OpenTab
from .program.people import Person, call_api
from .program.server import Server

# What each button of the dashboard has done once it is over.
DONE: dict[str, Callable[[Page], Locator]] = {
    'Call the API': lambda tab: tab.get_by_text('this answer is for you alone'),
    'Refresh now': lambda tab: tab.get_by_text('the refresh token was exchanged').nth(0),
    'Show raw': lambda tab: tab.get_by_text('Anyone who has this text is you'),
    'Forget the token': lambda tab: tab.get_by_text('No token in memory'),
    'Change password': lambda tab: tab.get_by_text('Please fill this in').nth(0),
    'Log out other devices': lambda tab: tab.get_by_text('on this device only'),
}


def press_enter_on(target: Locator) -> None:
    """Press it as somebody does who has come there with the tab key."""
    target.focus()
    target.press('Enter')


def heading(tab: Page, name: str) -> Locator:
    """Find the heading of a page."""
    return tab.get_by_role('heading', level=1, name=name)


def test_focus_follows_from_page_to_page(tabs: OpenTab, server: Server, person: Person) -> None:
    """By links, in with the form, and out; a page that was loaded leaves the focus where it is."""
    tab = tabs()
    tab.goto(f'{server.url}/login')
    expect(heading(tab, 'Sign in')).to_be_visible()
    assert tab.evaluate('document.activeElement === document.body')

    press_enter_on(tab.get_by_role('link', name='Create an account'))
    expect(heading(tab, 'Create account')).to_be_focused()
    tab.keyboard.press('Tab')
    expect(tab.get_by_label('Name')).to_be_focused()
    person.fill_register_form(tab)
    tab.keyboard.press('Enter')
    expect(heading(tab, person.name)).to_be_focused()
    press_enter_on(tab.get_by_role('button', name='Log out', exact=True))
    expect(heading(tab, 'Sign in')).to_be_focused()


def test_buttons_keep_the_focus(tabs: OpenTab, server: Server, person: Person) -> None:
    """While they are busy, and afterwards, even if there is nothing to press any more."""
    tab = tabs()
    person.join(tab, server.url)

    for name, done in DONE.items():
        button = tab.get_by_role('button', name=name)
        press_enter_on(button)
        expect(done(tab)).to_be_visible()
        if name == 'Change password':
            expect(tab.get_by_label('Current password')).to_be_focused()  # what is to be mended
        elif name == 'Show raw':
            expect(tab.get_by_role('button', name='Hide raw')).to_be_focused()
        else:
            expect(button).to_be_focused()

    forget = tab.get_by_role('button', name='Forget the token')
    expect(forget).to_be_disabled()
    before = len(traced(tab, 'token.forgotten'))
    forget.press('Enter')
    call_api(tab)
    assert len(traced(tab, 'token.forgotten')) == before == 1


def test_focus_stays_by_the_list(
    tabs: OpenTab, devices: OpenTab, server: Server, person: Person
) -> None:
    """The button that ends a session goes with it."""
    tab = tabs()
    person.join(tab, server.url)
    person.post(devices().context.request, server.url, 'login')
    tab.bring_to_front()  # Firefox sends keys to the newest window

    press_enter_on(tab.get_by_role('button', name='End session'))

    expect(tab.get_by_role('button', name='End session')).to_have_count(0)
    expect(tab.locator('ul.devices')).to_be_focused()
