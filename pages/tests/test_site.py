"""What a host decides about all pages, and which pages there are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import ui
from nicegui.testing.user_simulation import user_simulation

import auth
from pages import install, private_page
from pages.browser_settings import BrowserSettings
from pages.frame import Site, pages_of
from pages.install import add_shell
from pages.page_sessions import PageSessions
from pages.static_files import COMPONENTS

NOTES = '/notes'
OUR_SCRIPTS = re.compile(f'<script[^>]* src="({auth.TOKEN_HOLDER_PATH}|{COMPONENTS.path})"')


def empty(me: auth.Identity) -> None:
    """Draw nothing."""


@pytest.fixture
def notes() -> None:
    """A page of the host's."""
    private_page(NOTES, 'Notes')(empty)


@pytest.fixture
def taken(request: pytest.FixtureRequest) -> str:
    """A page of the host's, at an address that may be one of ours."""
    path: str = request.param
    private_page(path, 'Mine')(empty)
    return path


def test_nothing_of_the_demo_comes_along(backend: auth.AuthBackend, notes: None) -> None:
    """Its dashboard and profile are there if they are asked for."""
    ours = pages_of(Site('Mine', home=NOTES), backend)
    demo = pages_of(Site('Demo', home='/dashboard', demo=True), backend)

    assert set(ours) == {NOTES}
    assert set(demo) == {NOTES, '/dashboard', '/profile'}


async def test_page_may_come_too_late(settings: auth.AuthSettings, notes: None) -> None:
    """It would be silently missing."""
    async with user_simulation():
        app = FastAPI()
        backend = auth.install(app, settings)
        nicegui_app.colors(primary='#123456')
        install(app, backend, site=Site('Mine', home=NOTES))
        backend.close()
        assert (
            nicegui_app.config.quasar_config['brand']['primary'] == '#123456'
        )  # the host's choice

    with pytest.raises(RuntimeError, match='/late comes too late'):
        private_page('/late', 'Late')(empty)


@pytest.mark.parametrize('home', ['/typo', '/', '/login', 'notes'])
def test_one_arrives_at_a_private_page(backend: auth.AuthBackend, notes: None, home: str) -> None:
    """Anything else would lead everybody who signs in to nowhere."""
    with pytest.raises(ValueError, match=f'arrives at {home}'):
        pages_of(Site('Mine', home=home), backend)


@pytest.mark.parametrize('taken', ['/', '/login', '/register', '/dashboard'], indirect=True)
def test_addresses_of_ours_are_taken(backend: auth.AuthBackend, notes: None, taken: str) -> None:
    """Two pages at one address would both be seen there."""
    with pytest.raises(ValueError, match=f'two pages at {taken}'):
        pages_of(Site('Mine', home=NOTES, demo=True), backend)


@pytest.mark.parametrize('taken', ['/dashboard', '/profile'], indirect=True)
def test_addresses_of_the_demo_are_free_without_it(backend: auth.AuthBackend, taken: str) -> None:
    """A host may have a dashboard of its own."""
    assert set(pages_of(Site('Mine', home=taken), backend)) == {taken}


async def test_host_has_pages_for_everybody(sessions: PageSessions) -> None:
    """What it has registered before, the start page too, is not in the way of ours, nor ours of it.

    Nor does a token holder start on such a page, and refresh.
    """
    async with user_simulation() as user:
        for path in ('/', '/about'):
            ui.page(path)(lambda: ui.label('For everybody'))
        add_shell(sessions, BrowserSettings(), Site('Mine', home='/dashboard', demo=True))

        for path in ('/', '/about'):
            await user.open(path)
            await user.should_see('For everybody')
            assert not OUR_SCRIPTS.search((await user.http_client.get(path)).text)
        assert OUR_SCRIPTS.search((await user.http_client.get('/login')).text)
        await user.open('/login')
        await user.should_not_see('For everybody')


@pytest.mark.parametrize(
    'given', [{'api': 'https://api.example/'}, {'services': ['localhost:8001']}]
)
def test_other_origins_are_exact(given: dict[str, Any]) -> None:
    """Shows that a slip is told at the start, and not by a browser that refuses each call."""
    with pytest.raises(ValueError, match='not an exact origin'):
        BrowserSettings(**given)
