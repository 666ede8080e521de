"""What is served before anybody is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from nicegui import app
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

import auth
from pages.browser_settings import BrowserSettings
from pages.frame import Site
from pages.install import add_shell
from pages.page_sessions import PageSessions


@pytest.mark.parametrize(
    ('path', 'heading'), [('/login', 'Sign in'), ('/register', 'Create account')]
)
async def test_deep_link_brings_its_page(path: str, heading: str, user: User) -> None:
    """Login and register are in the first answer; the browser needs no second one to show them."""
    answer = await user.http_client.get(path)

    assert answer.status_code == 200
    assert heading in answer.text


async def test_unknown_address_is_a_real_404(user: User) -> None:
    """Status and page agree; the addresses we do have are not found missing."""
    missing = await user.http_client.get('/no/such/page')
    there = await user.http_client.get('/dashboard')

    assert missing.status_code == 404
    assert 'Page not found' in missing.text
    assert there.status_code == 200


async def test_what_nicegui_adds_later_is_found(user: User, tmp_path: Path) -> None:
    """As for `ui.image('plan.png')`: our page for all addresses does not stand before it."""
    plan = tmp_path / 'plan.png'
    plan.write_bytes(b'a picture')

    there = await user.http_client.get(app.add_static_file(local_file=plan))
    missing = await user.http_client.get('/_nicegui/no/such/file')

    assert (there.status_code, there.content) == (200, b'a picture')
    assert missing.status_code == 404


@pytest.mark.parametrize('path', ['/', '/login', '/register', '/dashboard'])
async def test_shell_holds_no_private_string(path: str, user: User, ada: auth.Identity) -> None:
    """Whoever asks, with whatever cookie: the HTML knows nobody."""
    answer = await user.http_client.get(path)

    assert answer.status_code == 200
    for private in (ada.name, ada.email, ada.user_id, ada.session_id):
        assert private not in answer.text


@pytest.fixture
def closed(settings: auth.AuthSettings) -> auth.AuthSettings:
    """Settings with which only programs make accounts."""
    return replace(settings, open_registration=False)


async def test_closed_registration_has_no_page(closed: auth.AuthSettings) -> None:
    """Neither an address nor a link leads to a form that would be refused."""
    backend = auth.install(FastAPI(), closed)
    async with user_simulation() as user:
        site = Site('Tests', home='/dashboard', demo=True)
        add_shell(PageSessions(backend), BrowserSettings(), site)

        login = await user.http_client.get('/login')
        register = await user.http_client.get('/register')

    backend.close()
    assert 'Sign in' in login.text
    assert 'Create' not in login.text
    assert register.status_code == 404
