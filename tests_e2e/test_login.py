"""Signing in, as people do it: mistakes, the Enter key, an address visited before."""

from __future__ import annotations

import json
from functools import partial

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from .kit.network import hold
from .kit.tabs import OpenTab
from .program.people import Person, press, sees_login_page
from .program.server import Server


@pytest.fixture
def login_page(tabs: OpenTab, server: Server) -> Page:
    """The login page, in the browser of somebody who is signed out."""
    tab = tabs()
    tab.goto(f'{server.url}/login')
    return tab


@pytest.fixture
def person(server: Server, person: Person, playwright: Playwright) -> Person:
    """Somebody who has an account, made in another browser."""
    another_browser = playwright.request.new_context()
    person.post(another_browser, server.url, 'register')
    another_browser.dispose()
    return person


def test_enter_key_signs_in(login_page: Page, person: Person) -> None:
    """Nobody has to reach for the button."""
    person.fill_login_form(login_page)
    login_page.get_by_label('Password').press('Enter')

    person.sees_dashboard(login_page)


def test_wrong_password_is_announced_and_email_kept(login_page: Page, person: Person) -> None:
    """One sentence for readers and screens alike; what was typed as address stays; then it works."""
    login_page.get_by_label('Email').fill(person.email)
    login_page.get_by_label('Password').fill('not the right one')
    press(login_page, 'Sign in')

    expect(login_page.get_by_role('alert')).to_have_text(
        'E-mail address and password do not match.'
    )
    expect(login_page.get_by_label('Email')).to_have_value(person.email)
    expect(login_page.get_by_label('Password')).to_be_focused()
    login_page.get_by_label('Password').fill(person.password)
    press(login_page, 'Sign in')
    person.sees_dashboard(login_page)


@pytest.mark.one_browser
def test_empty_form_points_at_its_fields(login_page: Page) -> None:
    """Nothing is sent; each field says what it lacks, and the first has the focus."""
    press(login_page, 'Sign in')

    expect(login_page.get_by_text('Please fill this in.')).to_have_count(2)
    expect(login_page.get_by_label('Email')).to_be_focused()
    expect(login_page.get_by_label('Email')).to_have_attribute('aria-invalid', 'true')
    expect(login_page.get_by_label('Email')).to_have_accessible_description('Please fill this in.')


@pytest.mark.checklist('V6.2.6')
def test_password_can_be_shown_by_keyboard(login_page: Page) -> None:
    """Tab reaches the button, Space presses it, and again hides the password."""
    password = login_page.get_by_label('Password')
    password.fill('let me see')
    password.press('Tab')
    login_page.keyboard.press('Space')
    expect(password).to_have_attribute('type', 'text')

    login_page.keyboard.press('Space')

    expect(password).to_have_attribute('type', 'password')


@pytest.mark.one_browser
@pytest.mark.checklist('V6.2.6')
def test_password_managers_find_their_fields(login_page: Page) -> None:
    """A native form with the tokens that the HTML standard has for this (WCAG 1.3.5)."""
    form = login_page.locator('form')

    expect(form.get_by_label('Email')).to_have_attribute('autocomplete', 'username')
    expect(form.get_by_label('Email')).to_have_attribute('type', 'email')
    expect(form.get_by_label('Password')).to_have_attribute('autocomplete', 'current-password')


@pytest.mark.one_browser
def test_button_cannot_be_pressed_twice(login_page: Page, person: Person) -> None:
    """While the server thinks, the button shows it and takes no second press."""
    held = hold(login_page, '**/auth/login')
    person.fill_login_form(login_page)
    button = login_page.get_by_role('button', name='Sign in')
    button.click()
    sent = held.wait_for()

    expect(button).to_be_disabled()
    expect(button).to_have_attribute('aria-busy', 'true')
    login_page.get_by_label('Password').press('Enter')
    sent.continue_()
    person.sees_dashboard(login_page)
    assert len(held) == 1


@pytest.mark.one_browser
def test_unreachable_server_is_said_so(login_page: Page, person: Person) -> None:
    """No network is not a wrong password, and the form works again once there is one."""
    login_page.route('**/auth/login', lambda route: route.abort())
    person.fill_login_form(login_page)
    press(login_page, 'Sign in')
    expect(login_page.get_by_role('alert')).to_contain_text('cannot be reached')

    login_page.unroute('**/auth/login')
    press(login_page, 'Sign in')

    person.sees_dashboard(login_page)


@pytest.mark.one_browser
def test_refusal_of_another_shape_is_shown(login_page: Page) -> None:
    """Something between here and the server has answered, in words of its own."""
    Person().fill_login_form(login_page)
    for errors in ('Bad gateway', None, ['no']):
        title = f'Bad gateway: {errors}.'
        answer = json.dumps({'title': title, 'code': 'bad_gateway', 'errors': errors})
        login_page.route('**/auth/login', partial(Route.fulfill, status=502, body=answer))

        press(login_page, 'Sign in')

        expect(login_page.get_by_role('alert')).to_contain_text(title)


@pytest.mark.one_browser
def test_far_too_long_password_is_said_so(login_page: Page) -> None:
    """No browser would send it."""
    Person(password='long ' * 20_000).fill_login_form(login_page)

    press(login_page, 'Sign in')

    expect(login_page.get_by_text('This is too long.')).to_be_visible()


@pytest.mark.one_browser
@pytest.mark.only_browser('chromium')  # Firefox gives a request that was held no later cookie
def test_wrong_password_spares_a_silent_sign_in(
    login_page: Page, server: Server, person: Person
) -> None:
    """Another tab has signed in, this one looks who it is, and a form is sent at that moment."""
    held = hold(login_page, '**/auth/refresh')
    with login_page.expect_request('**/auth/refresh'):
        login_page.evaluate('void auth.refresh()')
    person.post(login_page.context.request, server.url, 'login')
    form = {'email': person.email, 'password': 'nobody has this as a password'}
    login_page.evaluate(
        """form => {
            globalThis.code = auth.login({ ...form, stay_signed_in: true }).catch(({ code }) => code);
        }""",
        form,
    )

    held.wait_for().continue_()
    login_page.unroute('**/auth/refresh')

    assert login_page.evaluate('code') == 'invalid_credentials'
    person.sees_dashboard(login_page)


@pytest.mark.one_browser
def test_protected_address_returns_after_login(
    login_page: Page, server: Server, person: Person
) -> None:
    """Whoever was on the way somewhere arrives there."""
    login_page.goto(f'{server.url}/dashboard?from=a-mail')
    sees_login_page(login_page)
    person.fill_login_form(login_page)
    press(login_page, 'Sign in')

    person.sees_dashboard(login_page)
    expect(login_page).to_have_url(f'{server.url}/dashboard?from=a-mail')


FOREIGN_TARGETS = [
    'https://example.com/dashboard',
    '//example.com/dashboard',
    '/\\example.com/dashboard',
    'javascript:alert(1)',
    '//',
    'http://[',
    '/no/such/page',
]


def test_foreign_target_leads_home(login_page: Page, server: Server, person: Person) -> None:
    """A link that somebody else made up cannot send a person who has just signed in elsewhere."""
    for target in FOREIGN_TARGETS:
        login_page.evaluate(
            'target => history.replaceState(null, "", "/login?next=" + encodeURIComponent(target))',
            target,
        )

        login_page.evaluate('form => auth.login(form)', person.form)

        expect(login_page).to_have_url(f'{server.url}/dashboard')
        login_page.evaluate('void auth.logout()')
        sees_login_page(login_page)
