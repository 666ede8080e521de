"""What is served before anybody is known."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from nicegui import Client, app, ui
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


@pytest.mark.parametrize(
    'path',
    ['/no/such/page', '/wp-login.php', '/dashboards', '/login/no/such', '/_nicegui/no/such/file'],
)
async def test_unknown_address_is_a_real_404(path: str, user: User) -> None:
    """Status and page agree; and NiceGUI keeps nothing of it, however many such addresses are tried."""
    missing = await user.http_client.get(path)

    assert missing.status_code == 404
    assert 'Page not found' in missing.text
    assert '<a href="/">' in missing.text
    assert '<script' not in missing.text
    assert not Client.instances


@pytest.mark.parametrize(
    'path', ['/', '/login', '/login/', '/register', '/dashboard', '/profile/', '/dashboard/below']
)
async def test_address_of_ours_is_not_found_missing(path: str, user: User) -> None:
    """With a slash at its end, too; and what is below a private page, only that page knows."""
    there = await user.http_client.get(path)

    assert there.status_code == 200
    assert len(Client.instances) == 1


async def test_missing_page_looks_like_the_others(user: User) -> None:
    """The site's name, as text, our style sheet, and that of the host for all pages."""
    ui.add_css(':root { --accent: teal }', shared=True)
    there = await user.http_client.get('/login')

    missing = await user.http_client.get('/no/such/page')

    (style,) = re.findall(r'<link rel="stylesheet" href="/_pages/[^"]*theme.css">', missing.text)
    assert style in there.text
    assert '--accent: teal' in missing.text
    assert 'Tests &amp; more' in missing.text


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
