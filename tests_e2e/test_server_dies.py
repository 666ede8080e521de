"""P19: `kill -9` of the server at any moment loses nothing committed and signs nobody out."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import Page, expect

from .kit.tabs import loads_anew
from .program.people import Person, log_out, sees_login_page
from .program.server import Server
from .program.wire import WireBrowser

REFRESH = '/auth/refresh'
# With its BEGIN. After one statement and before the next is the same moment to the database; past
# the last one the server dies before COMMIT, and then between COMMIT and answer.
STATEMENTS = 7
MOMENTS = [
    *(f'before {n}' for n in range(1, STATEMENTS + 1)),
    f'after {STATEMENTS}',
    'answer',
]
CLIENTS = 8
KILLS_UNDER_LOAD = 3
CALLS_EACH_BEFORE_A_KILL = 5
PATIENCE_SECONDS = 30


@pytest.mark.parametrize('at', [pytest.param('before 2', marks=pytest.mark.one_browser), 'answer'])
def test_tab_outlives_its_server(
    at: str, either_server: Server, tabs: Callable[[], Page], person: Person
) -> None:
    """The server dies under a refresh; once it is back, so is the page, and a reload."""
    tab = tabs()
    person.join(tab, either_server.url)
    either_server.order(REFRESH, 'die', at=at)
    tab.evaluate('void auth.refresh()')
    either_server.wait_for_end()

    with loads_anew(tab):
        either_server.start()

    tab.wait_for_function('globalThis.auth?.session?.generation > 0')
    person.sees_dashboard(tab)
    tab.reload()
    person.sees_dashboard(tab)


@pytest.mark.one_browser
@pytest.mark.one_database
def test_logout_outlives_the_server(
    either_server: Server, tabs: Callable[[], Page], person: Person
) -> None:
    """The server dies before it hears of a logout: it is told, and nobody comes back in."""
    tab = tabs()
    person.join(tab, either_server.url)
    session = tab.evaluate('auth.session.id')
    either_server.order('/auth/logout', 'die', at='request')
    log_out(tab)
    either_server.wait_for_end()
    expect(tab.get_by_role('heading', name=person.name)).to_be_hidden()

    with loads_anew(tab):
        either_server.start()

    either_server.wait_for('session_ended', session=session)
    sees_login_page(tab)
    tab.goto(f'{either_server.url}/dashboard')
    sees_login_page(tab)


class TestOverTheWire:
    """The same without a page, so that every moment can be tried."""

    def test_death_at_every_statement_of_a_refresh(self, either_server: Server) -> None:
        """Whatever was committed: the old cookie or the new one goes on, and nobody is signed out."""
        browser = WireBrowser(either_server)
        browser.register()
        for at in MOMENTS:
            either_server.order(REFRESH, 'die', at=at)
            assert browser.refresh() is None, at
            either_server.wait_for_end()
            either_server.start()

            assert browser.refresh() in {'rotated', 'overlapped'}, at
        # Death after COMMIT; and all of the log that comes before it has been read.
        either_server.wait_for('refresh_overlapped', session=browser.session_id)
        assert either_server.count('session_ended', session=browser.session_id) == 0

    @pytest.mark.parametrize('path', ['/auth/login', '/auth/logout', '/auth/password'])
    @pytest.mark.parametrize('at', ['before 3', 'answer'])
    def test_death_leaves_all_or_nothing(self, path: str, at: str, either_server: Server) -> None:
        """A call that died can simply be made again."""
        browser = WireBrowser(either_server)
        browser.register()
        calls: dict[str, Callable[[], object]] = {
            '/auth/login': browser.log_in,
            '/auth/logout': browser.log_out,
            '/auth/password': browser.change_password,
        }
        either_server.order(path, 'die', at=at)
        assert calls[path]() is None
        either_server.wait_for_end()
        either_server.start()

        if path == '/auth/logout':
            assert browser.log_out() is not None
            assert browser.refresh() == 'session_ended'
        else:
            assert browser.log_in() == 'started'
        assert browser.log_in() == 'started'
        assert browser.refresh() == 'rotated'

    def test_kill_under_load(self, either_server: Server) -> None:
        """Eight browsers refresh as fast as they can; the server is killed, again and again."""
        browsers = [WireBrowser(either_server) for _ in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(WireBrowser.register, browsers))
            for _ in range(KILLS_UNDER_LOAD):
                load = Load(browsers)
                running = [pool.submit(load.refresh, browser) for browser in browsers]
                assert load.is_heavy.wait(PATIENCE_SECONDS)
                either_server.kill()
                load.is_over.set()
                for one in running:
                    one.result()
                either_server.start()
                answers = set(pool.map(WireBrowser.refresh, browsers))
                assert answers <= {'rotated', 'overlapped'}
        for browser in browsers:
            assert either_server.count('session_ended', session=browser.session_id) == 0


class Load:
    """Refreshes without pause, until it is told that it is over."""

    def __init__(self, browsers: list[WireBrowser]) -> None:
        self._calls = itertools.count(1)
        self._enough = len(browsers) * CALLS_EACH_BEFORE_A_KILL
        self.is_heavy = threading.Event()
        self.is_over = threading.Event()

    def refresh(self, browser: WireBrowser) -> None:
        """Play one browser."""
        while not self.is_over.is_set():
            browser.refresh()
            if next(self._calls) >= self._enough:
                self.is_heavy.set()
