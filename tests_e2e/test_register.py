"""Creating an account, as people do it: mistakes, an account that is there already."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from .kit.tabs import OpenTab
from .program.people import Person, log_out, press, sees_login_page
from .program.server import Server


@pytest.fixture
def register_page(tabs: OpenTab, server: Server) -> Page:
    """The register page, in a new browser."""
    tab = tabs()
    tab.goto(f'{server.url}/register')
    return tab


def submit(page: Page) -> None:
    """Press the button."""
    press(page, 'Create account')


MISTAKES = [
    ('Name', '   ', 'Please fill this in.'),
    ('Email', 'robin', 'Enter an e-mail address like name@example.com.'),
    ('Email', 'robin@localhost', 'Enter an e-mail address like name@example.com.'),
    ('Password', 'too short', 'Use at least 15 characters.'),
]


@pytest.mark.one_browser
def test_mistake_is_shown_at_its_field(register_page: Page, person: Person) -> None:
    """Whether the page or the server finds it: next to the field, and the rest stays as typed."""
    right = {'Name': person.name, 'Email': person.email, 'Password': person.password}
    for field, value, sentence in MISTAKES:
        for label, text in (right | {field: value}).items():
            register_page.get_by_label(label).clear()
            register_page.get_by_label(label).fill(text)
        submit(register_page)

        wrong = register_page.get_by_label(field)
        expect(wrong).to_have_accessible_description(sentence)
        expect(wrong).to_be_focused()
        expect(wrong).to_have_value(value)
        expect(register_page.locator('[aria-invalid=true]')).to_have_count(1)


@pytest.mark.one_browser
def test_taken_address_is_said_so(register_page: Page, server: Server, person: Person) -> None:
    """In any case and with spaces around it, it is the same mailbox."""
    person.register(register_page, server.url)
    log_out(register_page)
    sees_login_page(register_page)
    register_page.get_by_role('link', name='Create an account').click()

    register_page.get_by_label('Name').fill('Somebody Else')
    register_page.get_by_label('Email').fill(f' {person.email.upper()} ')
    register_page.get_by_label('Password').fill(person.password)
    submit(register_page)

    expect(register_page.get_by_role('alert')).to_contain_text('There is an account')
    expect(register_page.get_by_role('heading', level=1, name='Create account')).to_be_visible()

    register_page.get_by_label('Password').fill('too short')
    submit(register_page)
    expect(register_page.get_by_text('Use at least 15 characters.')).to_be_visible()
    expect(register_page.get_by_role('alert')).to_have_count(0)  # that was about another try


@pytest.mark.one_browser
def test_typed_address_follows_to_the_login_page(register_page: Page, person: Person) -> None:
    """Whoever notices that they have an account already need not type the address again."""
    register_page.get_by_label('Email').fill(person.email)
    register_page.get_by_role('link', name='Sign in').click()

    expect(register_page.get_by_role('heading', level=1, name='Sign in')).to_be_visible()
    expect(register_page.get_by_label('Email')).to_have_value(person.email)


@pytest.mark.one_browser
def test_address_may_have_any_letters(register_page: Page, server: Server) -> None:
    """What HTML calls an e-mail address is ASCII only; which ones there are, the server decides."""
    letters = f'jörg-{Person().email}'

    Person(email=letters).register(register_page, server.url)
