"""Finding the right page: deep links, the start page, no flash of a wrong one, nothing from outside."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .kit.tabs import OpenTab
from .program.people import Person, press, sees_login_page
from .program.server import Server
from .program.spy import SPY

# Looks at every frame that is painted, and notes each level-1 heading a person could see.
NOTE_HEADINGS = """
    globalThis.headingsSeen = [];
    const look = () => {
        for (const heading of document.querySelectorAll("h1")) {
            const text = heading.textContent;
            if (heading.checkVisibility() && !headingsSeen.includes(text)) headingsSeen.push(text);
        }
        requestAnimationFrame(look);
    };
    look();
"""


def headings_seen(tab: Page, last: str) -> list[str]:
    """Return what has been painted so far, once the last one has been: that takes a frame."""
    tab.wait_for_function('last => headingsSeen.includes(last)', arg=last)
    seen: list[str] = tab.evaluate('headingsSeen')
    return seen


def test_signed_out_visitor_sees_only_the_login_page(tabs: OpenTab, server: Server) -> None:
    """From every address that needs a session, and without a glimpse of anything else."""
    tab = tabs()
    tab.add_init_script(NOTE_HEADINGS)
    for path in ('/', '/login', '/dashboard'):
        tab.goto(server.url + path)

        sees_login_page(tab)
        expect(tab).to_have_url(f'{server.url}/login')
        assert headings_seen(tab, 'Sign in') == ['Sign in'], path


def test_signed_in_visitor_sees_only_the_dashboard(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Whatever the address, while the silent refresh runs nothing else flashes up."""
    person.join(tabs(), server.url)
    tab = tabs()
    tab.add_init_script(NOTE_HEADINGS)
    for path in ('/', '/login', '/register', '/dashboard'):
        tab.goto(server.url + path)

        person.sees_dashboard(tab)
        expect(tab).to_have_url(f'{server.url}/dashboard')
        assert headings_seen(tab, person.name) == [person.name], path


@pytest.mark.one_browser
def test_new_account_arrives_where_one_wanted_to_go(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """Who meets the login page on the way, and has no account yet, gets there all the same."""
    tab = tabs()
    tab.goto(f'{server.url}/profile')
    tab.get_by_role('link', name='Create an account').click()
    person.fill_register_form(tab)
    press(tab, 'Create account')

    person.sees_dashboard(tab)
    expect(tab).to_have_url(f'{server.url}/profile')
    expect(tab).to_have_title('Profile')


@pytest.mark.one_browser
def test_unknown_address_is_a_real_404(tabs: OpenTab, server: Server) -> None:
    """Status, page and a way on."""
    tab = tabs()
    answer = tab.goto(f'{server.url}/no/such/page')

    assert answer is not None
    assert answer.status == 404
    expect(tab.get_by_role('heading', level=1, name='Page not found')).to_be_visible()
    tab.get_by_role('link', name='Go to the start page').click()
    sees_login_page(tab)


@pytest.mark.one_browser
def test_nothing_is_loaded_from_elsewhere(tabs: OpenTab, server: Server, person: Person) -> None:
    """Fonts, scripts, styles and the socket: all from the server itself."""
    tab = tabs()
    hosts: set[str] = set()
    sockets: set[str] = set()  # Playwright tells of them apart, and of none in the system's Firefox
    tab.on('request', lambda request: hosts.add(urlsplit(request.url).netloc))
    tab.on('websocket', lambda socket: sockets.add(urlsplit(socket.url).netloc))
    tab.context.add_init_script(SPY)

    person.join(tab, server.url)
    sockets |= {urlsplit(url).netloc for url in tab.evaluate('spy.sockets()')}

    assert hosts - {''} == {urlsplit(server.url).netloc}
    assert sockets == {urlsplit(server.url).netloc}


@pytest.mark.one_browser
def test_links_to_the_wrong_place_lead_on(tabs: OpenTab, server: Server, person: Person) -> None:
    """The start page is nobody's: inside the app too, it leads to login or to the dashboard."""
    tab = tabs()
    tab.goto(f'{server.url}/register')
    tab.get_by_role('link', name='Sign-in demo').click()
    sees_login_page(tab)

    person.join(tab, server.url)
    tab.goto(f'{server.url}/profile')
    expect(tab.get_by_role('link', name='Profile')).to_have_attribute('aria-current', 'page')
    tab.get_by_role('link', name='Sign-in demo').click()

    expect(tab).to_have_url(f'{server.url}/dashboard')
    person.sees_dashboard(tab)
    expect(tab.get_by_role('link', name='Dashboard')).to_have_attribute('aria-current', 'page')
    assert tab.locator('[aria-current]').count() == 1
