"""P14 for private pages that others write: in an app of their own, with what NiceGUI has to offer."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, Playwright, expect

from .kit.nicegui_socket import drop_socket
from .kit.tabs import OpenTab
from .program.other_programs import free_port, running_program
from .program.people import Person, log_out, press, sees_login_page
from .program.private_pages import ACCOUNT, BOARD, EXPORT, FILES, GALLERY, HUB, REPORT, TILES, TRACE
from .program.server import ROOT, scrubbed_environment

pytestmark = [
    pytest.mark.one_browser,  # a form, a style sheet, a call: these they do alike
    pytest.mark.xdist_group('private pages'),
]


PICTURE = base64.b64decode(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
)
# One of each element, as its library draws it once it runs.
DRAWN = ['.q-uploader', '.ag-cell', '.cm-line', '.jse-main', '.xterm-screen', 'svg .node', 'canvas']
NOTE_VIOLATIONS = """globalThis.violations = [];
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    violations.push(`${effectiveDirective} ${blockedURI}`));"""
SHOW_ANOTHER_PICTURE = '(src) => document.body.append(Object.assign(new Image(), { src }))'


def file(name: str) -> FilePayload:
    """A small file, as the chooser of a browser gives it."""
    return {'name': name, 'mimeType': 'text/plain', 'buffer': b'all is well'}


def follow_brand(tab: Page, url: str) -> None:
    """Click on the name of the app, which leads to its start page."""
    tab.get_by_role('link', name='Private pages').click()
    expect(tab.get_by_text('Welcome, whoever you are')).to_be_visible()
    assert tab.url == f'{url}/'


@contextmanager
def private_pages(folder: Path) -> Iterator[str]:
    """Run the app; give its address."""
    port, environment = free_port(), scrubbed_environment(folder)
    command = ['-m', 'tests_e2e.program.private_pages', port, str(folder)]
    with running_program(command, port, folder=ROOT, environment=environment) as url:
        yield url


@pytest.fixture
def url(run_once: Callable[..., str]) -> str:
    """Where the app is."""
    return run_once(private_pages)


def test_files_reach_private_pages(
    url: str, tabs: OpenTab, person: Person, playwright: Playwright
) -> None:
    """The browser needs to do nothing special; a program that knows the page's id is refused."""
    tab = tabs()
    tab.goto(f'{url}/register')
    person.fill_register_form(tab)
    press(tab, 'Create account')
    chooser = tab.locator('input[type=file]')
    with tab.expect_request('**/upload/*') as sent:
        chooser.set_input_files(file('report.txt'))
    expect(tab.get_by_text(f'report.txt of {person.name}: all is well')).to_be_visible()

    assert tab.url == url + FILES
    headers = {'Origin': url, 'X-Requested-With': 'a stranger'}
    stranger = playwright.request.new_context(extra_http_headers=headers)
    answer = stranger.post(sent.value.url, multipart={'file': file('forged.txt')})
    assert answer.status == 403
    stranger.dispose()
    chooser.set_input_files(file('second.txt'))
    expect(tab.get_by_text(f'second.txt of {person.name}')).to_be_visible()
    expect(tab.get_by_text('forged.txt')).to_have_count(0)


def sees_board(tab: Page, person: Person) -> None:
    """Check that the board is this person's, with all that hangs elsewhere."""
    for text in ('Board of', 'Notes of', 'Aside for', 'Below for', 'Saved for'):
        expect(tab.get_by_text(f'{text} {person.name}')).to_be_visible()


def sees_nothing_of(tab: Page, person: Person) -> None:
    """Check that nothing of somebody is in the document."""
    expect(tab.get_by_text(person.name)).to_have_count(0)


def test_nothing_is_left_on_the_screen(url: str, tabs: OpenTab, person: Person) -> None:
    """A dialog and a notification of one person are gone with the session, and stay so."""
    tab, other, grace = tabs(), tabs(), Person()
    for somebody in (grace, person):
        somebody.post(tab.context.request, url, 'register')
    for each in (tab, other):
        each.goto(url + BOARD)
        sees_board(each, person)

    log_out(other)

    sees_nothing_of(tab, person)
    expect(tab.get_by_role('heading', level=1, name='Sign in')).to_be_visible()
    grace.fill_login_form(other)
    press(other, 'Sign in')
    sees_board(tab, grace)
    sees_nothing_of(tab, person)


def test_broken_socket_leaves_nothing_on_the_screen(
    url: str, tabs: OpenTab, person: Person
) -> None:
    """Python hears nothing of the logout: the browser hides by itself what Python has drawn."""
    tab, other = tabs(), tabs()
    person.post(tab.context.request, url, 'register')
    for each in (tab, other):
        each.goto(url + BOARD)
        sees_board(each, person)
    drop_socket(tab)

    log_out(other)

    for text in ('Board of', 'Notes of', 'Aside for', 'Below for', 'Saved for'):
        expect(tab.get_by_text(f'{text} {person.name}')).to_be_hidden()
    expect(tab.get_by_text(f'Notes of {person.name}')).to_have_count(1)  # Python has not been here


def test_pages_below_a_private_page_are_private(url: str, tabs: OpenTab, person: Person) -> None:
    """A deep link leads over the login page to itself, survives a reload, and ends with the session."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')
    tab.context.clear_cookies()

    tab.goto(f'{url}{HUB}/two')

    sees_login_page(tab)
    person.fill_login_form(tab)
    press(tab, 'Sign in')
    for _ in range(2):
        expect(tab.get_by_text('Number two')).to_be_visible()
        expect(tab.get_by_text(f'Hub of {person.name}')).to_be_visible()
        expect(tab.get_by_text('Page not found')).to_have_count(0)
        assert tab.url == f'{url}{HUB}/two'
        tab.reload()
    log_out(tab)
    sees_login_page(tab)
    expect(tab.get_by_text('Page not found')).to_have_count(0)


def test_links_lead_to_routes_of_the_host(url: str, tabs: OpenTab, person: Person) -> None:
    """What is no page is loaded like one; Back leads to where the link was."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')
    tab.goto(url + HUB)

    tab.get_by_role('link', name='What the API exports').click()

    expect(tab.get_by_text('{"exported":"all"}')).to_be_visible()
    assert tab.url == url + EXPORT
    tab.go_back()
    expect(tab.get_by_text(f'Hub of {person.name}')).to_be_visible()
    assert tab.url == url + HUB


def test_start_page_of_the_host_can_be_reached(url: str, tabs: OpenTab, person: Person) -> None:
    """By the brand, signed out and signed in; what is at `/` is no page of ours then."""
    tab = tabs()
    tab.goto(f'{url}/login')
    follow_brand(tab, url)
    person.post(tab.context.request, url, 'register')
    tab.goto(url + HUB)
    expect(tab.get_by_text(f'Hub of {person.name}')).to_be_visible()
    follow_brand(tab, url)


def test_query_reaches_the_page(url: str, tabs: OpenTab, person: Person) -> None:
    """At load, and when a link changes it; whom the page is for, no query says."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')

    tab.goto(f'{url}{REPORT}?only=mine&most=4&me=mallory&identity=mallory')

    expect(tab.get_by_text(f'5 of mine for {person.name}')).to_be_visible()
    tab.get_by_role('link', name='What is open').click()
    expect(tab.get_by_text(f'11 of open for {person.name}')).to_be_visible()
    tab.go_back()
    expect(tab.get_by_text(f'5 of mine for {person.name}')).to_be_visible()
    tab.goto(url + HUB)
    tab.get_by_role('link', name='The report').click()  # it names the function
    expect(tab.get_by_text(f'11 of all for {person.name}')).to_be_visible()


@pytest.mark.one_browser
def test_query_that_the_page_cannot_take(url: str, tabs: OpenTab, person: Person) -> None:
    """A sentence of ours, and the rest of the app goes on."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')

    tab.goto(f'{url}{REPORT}?most=many')

    expect(tab.get_by_role('alert')).to_have_text(
        'Something has gone wrong, and this page cannot be shown.'
    )
    tab.get_by_role('link', name='Hub', exact=True).click()
    expect(tab.get_by_text(f'Hub of {person.name}')).to_be_visible()


def test_deep_link_survives_the_login_as_a_whole(url: str, tabs: OpenTab, person: Person) -> None:
    """Query and fragment, too; the fragment never leaves the browser."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')
    tab.context.clear_cookies()
    tab.goto(f'{url}{REPORT}?only=a%20b#part')

    sees_login_page(tab)
    person.fill_login_form(tab)
    press(tab, 'Sign in')

    expect(tab.get_by_text(f'11 of a b for {person.name}')).to_be_visible()
    expect(tab).to_have_url(f'{url}{REPORT}?only=a%20b#part')


def test_dark_mode_of_a_page_is_that_of_all_of_it(url: str, tabs: OpenTab, person: Person) -> None:
    """What NiceGUI's `ui.dark_mode` changes, the frame around it follows."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')
    tab.goto(url + REPORT)
    expect(tab.get_by_text(f'11 of all for {person.name}')).to_be_visible()
    background = 'getComputedStyle(document.body).backgroundColor'

    seen = {}
    for dark in (True, False):
        tab.evaluate('dark => Quasar.Dark.set(dark)', dark)
        seen[dark] = tab.evaluate(background)

    assert seen == {True: 'rgb(18, 21, 28)', False: 'rgb(245, 246, 249)'}


@pytest.mark.one_browser
def test_menu_of_many_pages_fits_a_phone(url: str, tabs: OpenTab, person: Person) -> None:
    """It goes on in another line; the way out is never cut off."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')
    tab.set_viewport_size({'width': 320, 'height': 640})

    tab.goto(url + HUB)

    expect(tab.get_by_text(f'Hub of {person.name}')).to_be_visible()
    assert tab.evaluate('document.documentElement.scrollWidth') == 320


def test_nothing_is_shown_for_what_is_not_there(url: str, tabs: OpenTab, person: Person) -> None:
    """Below a private page that has pages of its own, too, by address as by link."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')

    for path in (f'{HUB}/nowhere', f'{HUB}/two/three'):
        tab.goto(url + path)
        expect(tab.get_by_text(f'404: sub page {path} not found')).to_be_visible()
        expect(tab.get_by_text(f'Hub of {person.name}')).to_be_visible()
        expect(tab.get_by_text('Nothing chosen')).to_have_count(0)
        expect(tab.get_by_text('Number two')).to_have_count(0)
    tab.goto(url + HUB)
    expect(tab.get_by_text('Nothing chosen')).to_be_visible()


@pytest.mark.checklist('V3.4.3')
def test_elements_of_nicegui_get_along_with_the_policy(
    url: str, tabs: OpenTab, person: Person
) -> None:
    """And a picture from an origin that the host has let in; one from elsewhere is noticed."""
    tab = tabs()
    tab.add_init_script(NOTE_VIOLATIONS)
    tab.route(f'{TILES}/*', lambda route: route.fulfill(body=PICTURE, content_type='image/png'))
    person.post(tab.context.request, url, 'register')

    with tab.expect_response(f'{TILES}/1.png'):
        tab.goto(url + GALLERY)

    for drawn in DRAWN:
        expect(tab.locator(drawn).first).to_be_visible()
    picture: FilePayload = {'name': 'a.png', 'mimeType': 'image/png', 'buffer': PICTURE}
    tab.locator('input[type=file]').set_input_files(picture)
    expect(tab.locator('.q-uploader__file--img')).to_be_visible()
    tab.evaluate(SHOW_ANOTHER_PICTURE, 'https://elsewhere.example/2.png')
    tab.wait_for_function('violations.length')
    assert tab.evaluate('violations') == ['img-src https://elsewhere.example/2.png']


def test_address_may_end_in_a_slash(url: str, tabs: OpenTab, person: Person) -> None:
    """Typed or linked like that, it is the same page, whoever is signed in."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')
    tab.context.clear_cookies()
    tab.goto(f'{url}{BOARD}/')
    sees_login_page(tab)

    tab.goto(f'{url}/login/')

    person.fill_login_form(tab)
    press(tab, 'Sign in')
    expect(tab.locator('input[type=file]')).to_be_attached()
    tab.goto(f'{url}{BOARD}/?a=b')
    sees_board(tab, person)
    assert tab.url == f'{url}{BOARD}?a=b'


def test_python_is_told_where_the_browser_stands(url: str, tabs: OpenTab, person: Person) -> None:
    """The state, and the trace so far, read by a page that somebody else has written."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')
    tab.goto(url + TRACE)

    tab.get_by_role('button', name='Ask the browser').click()

    told = tab.get_by_text('signed-in:')
    for kind in ('refresh.started', 'refresh.rotated', 'page.bound'):
        expect(told).to_contain_text(kind)
    expect(tab.get_by_role('link', name='Board')).to_be_visible()
    expect(tab.get_by_role('link', name='Trace')).to_have_count(0)


def test_cards_work_on_anybodys_page(url: str, tabs: OpenTab, person: Person) -> None:
    """Devices and security, without the demo's dashboard: another device is seen, and signed out."""
    tab = tabs()
    person.post(tab.context.request, url, 'register')
    tab.goto(url + ACCOUNT)
    expect(tab.get_by_role('button', name='Change password')).to_be_visible()
    expect(tab.get_by_role('button', name='End session')).to_have_count(0)

    elsewhere = tab.context.browser
    assert elsewhere
    phone = elsewhere.new_context()
    person.post(phone.request, url, 'login')

    tab.get_by_role('button', name='End session').click()
    expect(tab.get_by_role('button', name='End session')).to_have_count(0)
    phone.close()
    tab.goto(f'{url}/dashboard')
    expect(tab.get_by_text('Page not found')).to_be_visible()
