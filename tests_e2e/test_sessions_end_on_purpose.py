"""P12 and P13: what ends sessions on other devices works at once, and the person there reads why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from app.tests import program

from .kit.auth_trace import traced, wait_for_trace
from .program.people import Person, log_out, press, sees_login_page
from .program.server import Server
from .program.spy import keep_bearer

LIMIT_MS = 2_000
NEW_PASSWORD = 'another secret phrase of this test'


@pytest.fixture
def laptop(devices: Callable[[], Page], either_server: Server, person: Person) -> Page:
    """The device on which the person has registered."""
    laptop = devices()
    person.join(laptop, either_server.url)
    return laptop


@pytest.fixture
def phone(laptop: Page, devices: Callable[[], Page], either_server: Server, person: Person) -> Page:
    """Another device, signed in too; `callAgain()` in it uses the access token it has now."""
    phone = devices()
    keep_bearer(phone)
    person.come_back(phone, either_server.url)
    press(phone, 'Call the API')
    expect(phone.get_by_text('200', exact=True)).to_be_visible()
    assert phone.evaluate('callAgain()') == 200
    return phone


@pytest.mark.checklist('V7.4.1')
def test_log_out_everywhere(laptop: Page, phone: Page) -> None:
    """P12: both pages change, and the other device's access token is dead at once."""
    press(laptop, 'Log out everywhere')

    expect(phone.get_by_text('You logged out on all devices')).to_be_visible(timeout=LIMIT_MS)
    assert phone.evaluate('callAgain()') == 401
    sees_login_page(phone)
    sees_login_page(laptop)


@pytest.mark.parametrize(
    'button', ['End session', pytest.param('Log out other devices', marks=pytest.mark.one_browser)]
)
@pytest.mark.one_database
def test_end_another_device(button: str, laptop: Page, phone: Page, person: Person) -> None:
    """P12: the other device is out at once, by its own button or by the one for all; this one stays."""
    expect(laptop.get_by_role('button', name='End session')).to_have_count(1)
    press(laptop, button)

    expect(phone.get_by_text('You ended this session')).to_be_visible(timeout=LIMIT_MS)
    assert phone.evaluate('callAgain()') == 401
    sees_login_page(phone)
    expect(laptop.get_by_role('button', name='End session')).to_have_count(0)
    laptop.reload()
    person.sees_dashboard(laptop)


@pytest.mark.one_browser
def test_two_processes_share_the_news(
    server_with: Callable[..., Server],
    database_options: Callable[[object], list[str]],
    tmp_path: Path,
    devices: Callable[[], Page],
    person: Person,
) -> None:
    """P12: the page of a device that another process serves changes within 2 s as well."""
    options = database_options(tmp_path)
    one, other = server_with(*options), server_with(*options)
    laptop, phone = devices(), devices()
    person.join(laptop, one.url)
    person.come_back(phone, other.url)

    press(laptop, 'Log out everywhere')

    expect(phone.get_by_text('You logged out on all devices')).to_be_visible(timeout=LIMIT_MS)
    assert wait_for_trace(phone, 'logout.received')['detail']['via'] == 'server'


@pytest.mark.one_browser
def test_operator_signs_everybody_out(
    server_with: Callable[..., Server], devices: Callable[[], Page], person: Person, tmp_path: Path
) -> None:
    """P12: `end-sessions` in a terminal changes open pages within 2 s, and people read why."""
    laptop = devices()
    person.join(laptop, server_with().url)

    result = program.run(tmp_path, 'end-sessions', '--data-dir', str(tmp_path / 'data'))

    assert result.stdout.startswith('1 session has ended')
    expect(laptop.get_by_text('You were signed out by those who run this site')).to_be_visible(
        timeout=LIMIT_MS
    )
    sees_login_page(laptop)


@pytest.mark.one_browser
@pytest.mark.checklist('V7.4.2', 'WCAG 2.2.1')
def test_password_change(laptop: Page, phone: Page, person: Person, either_server: Server) -> None:
    """P13: the other device is out, this one goes on; only the new password signs in."""
    laptop.get_by_label('Current password').fill(person.password)
    laptop.get_by_label('New password').fill(NEW_PASSWORD)
    press(laptop, 'Change password')

    expect(laptop.get_by_text('The password is changed')).to_be_visible()
    assert traced(laptop, 'password.changed')
    expect(phone.get_by_text('Your password was changed')).to_be_visible(timeout=LIMIT_MS)
    assert phone.evaluate('callAgain()') == 401
    press(laptop, 'Call the API')
    expect(laptop.get_by_text('200', exact=True)).to_be_visible()
    laptop.reload()
    person.sees_dashboard(laptop)

    person.fill_login_form(phone)
    press(phone, 'Sign in')
    expect(phone.get_by_text('do not match')).to_be_visible()
    phone.get_by_label('Password', exact=True).fill(NEW_PASSWORD)
    press(phone, 'Sign in')
    person.sees_dashboard(phone)


@pytest.mark.one_browser
@pytest.mark.only_browser('chromium')  # `route.fetch` has no body from the system's Firefox to send
@pytest.mark.one_database
def test_lost_answer_is_not_taken_for_a_no(laptop: Page, person: Person) -> None:
    """P13: the server has changed the password, and says so in vain: the page does not deny it."""

    def lose_answer(route: Route) -> None:
        # Over a connection that was cut, Chromium would send the call again by itself.
        assert route.fetch().ok
        route.abort()

    laptop.route('**/auth/password', lose_answer)
    laptop.get_by_label('Current password').fill(person.password)
    laptop.get_by_label('New password').fill(NEW_PASSWORD)
    press(laptop, 'Change password')

    expect(laptop.get_by_role('alert')).to_contain_text('has been done')
    log_out(laptop)
    person.fill_login_form(laptop)
    laptop.get_by_label('Password', exact=True).fill(NEW_PASSWORD)
    press(laptop, 'Sign in')
    person.sees_dashboard(laptop)


@pytest.mark.one_browser
@pytest.mark.one_database
def test_wrong_current_password_changes_nothing(laptop: Page, phone: Page, person: Person) -> None:
    """P13: who only finds an open page cannot take the account over."""
    laptop.get_by_label('Current password').fill('not the password at all')
    laptop.get_by_label('New password').fill(NEW_PASSWORD)
    press(laptop, 'Change password')

    field = laptop.get_by_label('Current password')
    expect(field).to_have_accessible_description('This is not your current password.')
    assert laptop.evaluate('document.activeElement.id') == field.get_attribute('id')
    assert phone.evaluate('callAgain()') == 200
    log_out(laptop)
    person.fill_login_form(laptop)
    press(laptop, 'Sign in')
    person.sees_dashboard(laptop)


@pytest.mark.one_browser
@pytest.mark.one_database
def test_delete_account(laptop: Page, phone: Page, person: Person, either_server: Server) -> None:
    """P12: with the account all its sessions end; its address is free again."""
    form = laptop.locator('form', has=laptop.get_by_role('button', name='Delete account'))
    form.get_by_label('Your password').fill(person.password)
    press(laptop, 'Delete account')

    for page in (laptop, phone):
        expect(page.get_by_text('The account has been deleted')).to_be_visible(timeout=LIMIT_MS)
        sees_login_page(page)
    assert phone.evaluate('callAgain()') == 401
    person.fill_login_form(phone)
    press(phone, 'Sign in')
    expect(phone.get_by_text('do not match')).to_be_visible()
    person.register(phone, either_server.url)
