"""P15: a server-rendered page shows the user in its first HTML, and hands the rotated cookie on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from .kit.auth_trace import wait_for_trace
from .kit.network import hold, offline, out_of_reach
from .kit.tabs import OpenTab
from .program.people import Person, log_out, open_signed_in, sees_login_page
from .program.server import Server

PREFETCH = """(url) => new Promise((resolve) => {
    const link = Object.assign(document.createElement('link'), { rel: 'prefetch', href: url });
    link.onload = link.onerror = (event) => resolve(event.type);
    document.head.append(link);
})"""
IS_BOUND = '"bound" in document.documentElement.dataset'
LOOK_WHILE_LOADING = """addEventListener('DOMContentLoaded', () => {
    globalThis.firstLook = document.body.innerText;
})"""


def visit(tab: Page, server: Server) -> Response:
    """Open the page as a person does who types its address."""
    answer = tab.goto(f'{server.url}/profile')
    assert answer
    return answer


def sees_profile(tab: Page, person: Person) -> None:
    """Check that the person's profile is there, and once."""
    expect(tab.get_by_role('heading', level=1, name=person.name)).to_be_visible()
    expect(tab.get_by_text('Devices signed in')).to_have_count(1)


@pytest.mark.one_browser
def test_name_is_in_the_first_html(tab: Page, server: Server, person: Person) -> None:
    """Before any script has run, and without a token; the next reload has the next cookie."""
    session = tab.evaluate('auth.session.id')

    text = visit(tab, server).text()

    assert f'>{person.name}</h1>' in text
    assert 'eyJ' not in text  # what each part of a JWT begins with
    tab.wait_for_function(IS_BOUND)
    sees_profile(tab, person)
    # When it signed in, for this visit by the server, and by the page's own script.
    server.wait_for('refresh_rotated', 3, session=session)
    assert f'>{person.name}</h1>' in visit(tab, server).text()
    server.wait_for('refresh_rotated', 4, session=session)
    assert server.count('refresh_replayed', session=session) == 0


@pytest.mark.one_browser
def test_profile_needs_no_script(
    tab: Page, new_context: Callable[..., BrowserContext], server: Server, person: Person
) -> None:
    """With JavaScript switched off it is there all the same; each visit brings the next cookie."""
    state = tab.context.storage_state()
    scriptless = new_context(java_script_enabled=False, storage_state=state).new_page()
    jars = scriptless.context.cookies()

    for _ in range(2):
        visit(scriptless, server)
        sees_profile(scriptless, person)
        jars += scriptless.context.cookies()

    assert len({cookie['value'] for cookie in jars}) == 3


def test_page_is_there_before_the_token(tab: Page, server: Server, person: Person) -> None:
    """It does not wait for the refresh of its own script, and stays what it is afterwards."""
    held = hold(tab, '**/auth/refresh')

    visit(tab, server)

    sees_profile(tab, person)
    tab.wait_for_function('auth.state === "loading"')
    held.wait_for().continue_()
    tab.wait_for_function(IS_BOUND)
    expect(tab.locator('#first-html')).to_have_count(0)  # Python has drawn the same instead
    sees_profile(tab, person)


@pytest.mark.one_browser
def test_navigation_draws_the_same_page(tab: Page, person: Person) -> None:
    """Inside the app no document is loaded, so the token survives; Python draws it then."""
    tab.evaluate('globalThis.sameDocument = true')

    tab.get_by_role('link', name='Profile').click()

    sees_profile(tab, person)
    tab.get_by_role('link', name='Dashboard').click()
    person.sees_dashboard(tab)
    expect(tab.get_by_text('Devices signed in')).to_have_count(0)
    assert tab.evaluate('globalThis.sameDocument')


@pytest.mark.one_browser
@pytest.mark.only_browser('chromium')  # Firefox does not say if it has fetched what it may not keep
def test_prefetch_takes_no_token(tab: Page, server: Server, person: Person) -> None:
    """A page that is fetched in case somebody might go there is fetched without a name."""
    session = tab.evaluate('auth.session.id')

    assert tab.evaluate(PREFETCH, f'{server.url}/profile') == 'load'

    visit(tab, server)
    sees_profile(tab, person)
    tab.wait_for_function(IS_BOUND)
    last_used = tab.evaluate('auth.session.generation') - 1
    server.wait_for('refresh_rotated', session=session, generation=last_used)
    # At sign-in, by the server for this visit, and by the page's own script: none for the prefetch.
    assert server.count('refresh_rotated', session=session) == 3
    assert server.count('refresh_overlapped', session=session) == 0


def test_link_on_another_site_brings_nobody_along(
    tab: Page, tabs: OpenTab, server: Server, person: Person
) -> None:
    """The browser sends no cookie then: a loading page, and the script finds out who it is."""
    elsewhere = tabs()
    elsewhere.goto(server.url.replace('localhost', '127.0.0.1'))  # to a browser, another site
    sees_login_page(elsewhere)

    with elsewhere.expect_response('**/profile') as answered:
        elsewhere.evaluate('(url) => { location.href = url; }', f'{server.url}/profile')

    assert person.name not in answered.value.text()
    sees_profile(elsewhere, person)


def test_pending_logout_renders_nobody(tab: Page, server: Server, person: Person) -> None:
    """The server has not heard of it, and its cookie still works: it says no name nevertheless."""
    with out_of_reach(tab.context, '**/auth/logout'):
        with offline(tab.context):
            log_out(tab)
            sees_login_page(tab)

        text = visit(tab, server).text()

        assert person.name not in text
        sees_login_page(tab)
    person.log_in(tab, server.url)
    assert person.name in visit(tab, server).text()


@pytest.mark.one_browser
def test_logout_takes_the_first_html_away(tabs: OpenTab, server: Server, person: Person) -> None:
    """Another tab logs out while this one still waits for its first token."""
    tab, other = open_signed_in(tabs, 2, server, person)
    hold(tab, '**/auth/refresh')
    visit(tab, server)
    sees_profile(tab, person)

    log_out(other)

    sees_login_page(tab)
    expect(tab.get_by_text(person.name)).to_have_count(0)


@pytest.mark.xdist_group('Back')
def test_back_after_logout_shows_nothing(
    restoring_context: BrowserContext, server: Server, person: Person
) -> None:
    """Whether Back restores the page or loads it, the name does not come back with it."""
    restoring_context.add_init_script(LOOK_WHILE_LOADING)
    tab = restoring_context.new_page()
    person.join(tab, server.url)
    visit(tab, server)
    tab.wait_for_function(IS_BOUND)
    assert person.name in tab.evaluate('firstLook')
    log_out(tab)
    wait_for_trace(tab, 'logout.sent')
    sees_login_page(tab)
    tab.goto(f'{server.url}/healthz')

    tab.go_back()
    tab.go_back()

    sees_login_page(tab)
    assert person.name not in tab.evaluate('firstLook')
