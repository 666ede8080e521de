"""Fixtures: servers, browsers, tabs (one person's), devices (several), a person for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from auth.tests.postgres import Postgres, own_schema

from .kit import bfcache, browsers, evidence, report_tables
from .kit.fixtures import browser_type_launch_args, devices, tabs
from .kit.tabs import OpenTab
from .program.people import Person
from .program.server import IMPATIENT, Server, running_server, taking_orders
from .program.wire import WireBrowser
from .repetitions import find_repetitions

__all__ = ['browser_type_launch_args', 'devices', 'tabs']  # pytest finds them here

# The first page of a fresh browser on a busy machine takes its time; what is seen soon passes soon.
PATIENCE_MS = int(os.environ.get('E2E_PATIENCE_MS', '20000'))

RunOnce = Callable[..., Any]
DatabaseOptions = Callable[[object], list[str]]
Watched = Callable[..., AbstractContextManager[BrowserContext]]
POSTGRES = pytest.StashKey[Postgres]()

expect.set_options(timeout=PATIENCE_MS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to leave nothing out."""
    parser.addoption(
        '--repetitions', action='store_true', help='run also what has been shown elsewhere'
    )


def pytest_configure(config: pytest.Config) -> None:
    """Run in both browsers unless told otherwise, and keep a picture of each failure."""
    config.option.browser = config.option.browser or list(browsers.NAMES)
    if config.option.screenshot == 'off':
        config.option.screenshot = 'only-on-failure'
    if not hasattr(config, 'workerinput'):
        config.stash[POSTGRES] = Postgres()
        config.stash[POSTGRES].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started for all workers."""
    if POSTGRES in config.stash:
        config.stash[POSTGRES].stop()


@pytest.hookimpl(trylast=True)  # after `-k` and `-m` have chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would show again what another test, or the same in the other browser, shows."""
    if config.getoption('--repetitions'):
        return
    repeated = find_repetitions(items)
    config.hook.pytest_deselected(items=repeated)
    items[:] = [item for item in items if item not in repeated]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the tables that tests have added rows to."""
    reports = [each for key in ('passed', 'failed') for each in terminalreporter.getreports(key)]
    for title, rows in report_tables.tables(reports).items():
        terminalreporter.write_sep('-', title)
        for line in report_tables.lines_of(rows):
            terminalreporter.write_line(line)


@pytest.fixture
def add_row(record_property: Callable[[str, object], None]) -> report_tables.AddRow:
    """Add a row to a table that is printed at the end of the run: `add_row(title, row)`."""
    return report_tables.row_adder(record_property)


# What is slow to start is started once and kept to the end: pytest changes between the parameters of
# a session's fixture more often than one thinks, and ends and sets up anew each time.


@pytest.fixture(scope='session')
def browsers_running(playwright: Playwright) -> Iterator[dict[str, Browser]]:
    """The browsers that run already, by name."""
    running: dict[str, Browser] = {}
    yield running
    for browser in running.values():
        browser.close()


@pytest.fixture(scope='session')
def browser(
    playwright: Playwright,
    browser_name: str,
    browser_type_launch_args: browsers.LaunchOptions,
    browsers_running: dict[str, Browser],
) -> Browser:
    """The browser to test in."""
    if browser_name not in browsers_running:
        launch = getattr(playwright, browser_name).launch
        browsers_running[browser_name] = launch(**browser_type_launch_args)
    return browsers_running[browser_name]


@pytest.fixture(scope='session')
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunOnce]:
    """Enter `run(folder, *options)`, a context, unless it has been entered before."""
    with ExitStack() as running:

        @cache
        def enter(run: Callable[..., AbstractContextManager[Any]], *options: str) -> Any:
            return running.enter_context(run(tmp_path_factory.mktemp('server'), *options))

        yield enter


@pytest.fixture(scope='session')
def start_once(run_once: RunOnce) -> Callable[..., Server]:
    """Start a server with these options unless it runs already."""
    return partial(run_once, running_server)


@pytest.fixture(scope='session')
def postgres_url() -> Iterator[Callable[[object], str]]:
    """A PostgreSQL database for each who asks: one for each set of keys, empty at first."""
    with ExitStack() as stack:
        yield cache(lambda _of: stack.enter_context(own_schema()))


@pytest.fixture(scope='session')
def server(start_once: Callable[..., Server]) -> Server:
    """One server with default settings for all tests that need nothing special."""
    return start_once()


@pytest.fixture
def server_taking_orders(start_once: Callable[..., Server]) -> Iterator[Server]:
    """One server with default settings which takes orders for faults; none outlives its test."""
    with taking_orders(start_once('--faults')) as server:
        yield server


@pytest.fixture(scope='session')
def strict_server(start_once: Callable[..., Server]) -> Server:
    """One server that forgives little: no grace for tabs at one time, what is seen once counts."""
    return start_once(*IMPATIENT)


@pytest.fixture(scope='session', params=['sqlite', 'postgresql'])
def database_options(request: pytest.FixtureRequest) -> DatabaseOptions:
    """Run the test on both kinds of database: `database_options(of)` names one's own to a server."""
    if request.param == 'sqlite':
        return lambda _of: []
    postgres_url = request.getfixturevalue('postgres_url')
    return lambda of: ['--database-url', postgres_url(of)]


@pytest.fixture
def either_server(
    database_options: DatabaseOptions, start_once: Callable[..., Server]
) -> Iterator[Server]:
    """One server for each kind of database, which takes orders for faults; none outlives its test."""
    with taking_orders(start_once('--faults', *database_options('faults'))) as server:
        yield server


@pytest.fixture
def server_with(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start another server with options, as in `server_with('--access-token-seconds', '4')`.

    All of one test have one data folder: the same accounts and keys, and on SQLite the same database.
    """
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(running_server(tmp_path, *options))


@pytest.fixture
def watched(request: pytest.FixtureRequest, output_path: str) -> Watched:
    """Watch a browser of one's own in `with watched(context):` (see `evidence.watched`)."""
    numbers = itertools.count(1)

    def has_failed() -> bool:
        result = getattr(request.node, 'rep_call', None)
        return result is None or bool(result.failed)

    def watch(
        context: BrowserContext, *, pictures: bool = True
    ) -> AbstractContextManager[BrowserContext]:
        context.set_default_timeout(PATIENCE_MS)
        keep_as = f'{output_path}/trace-{next(numbers)}'
        return evidence.watched(context, keep_as, has_failed, pictures=pictures)

    return watch


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], watched: Watched, pytestconfig: pytest.Config
) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of one's own; it is watched, if not by pytest-playwright (`--tracing`)."""
    is_traced = pytestconfig.getoption('--tracing') != 'off'
    with ExitStack() as watching:

        def open_context(**options: Any) -> BrowserContext:
            context = new_context(**options)
            context.set_default_timeout(PATIENCE_MS)
            if not is_traced:
                watching.enter_context(watched(context, pictures=False))
            return context

        yield open_context


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    """One person's browser: its tabs share cookies, locks, storage."""
    return new_context()


@pytest.fixture
def firefox_tab(
    playwright: Playwright, browser_type_launch_args: browsers.LaunchOptions, watched: Watched
) -> Iterator[Callable[[dict[str, Any]], Page]]:
    """Open a tab in a Firefox of one's own that has these preferences, too."""
    with ExitStack() as stack:

        def open_tab(preferences: dict[str, Any]) -> Page:
            preferences = browser_type_launch_args['firefox_user_prefs'] | preferences
            options = browser_type_launch_args | {'firefox_user_prefs': preferences}
            firefox = playwright.firefox.launch(**options)
            stack.callback(firefox.close)
            return stack.enter_context(watched(firefox.new_context())).new_page()

        yield open_tab


@pytest.fixture(scope='session')
def restoring_browser(
    browser: Browser,
    browser_type_launch_args: browsers.LaunchOptions,
    browsers_running: dict[str, Browser],
) -> Browser:
    """A browser whose Back brings pages to life again as they were left."""
    name = f'{browser.browser_type.name} that restores'
    if name not in browsers_running:
        restoring = bfcache.restoring_browser(browser, browser_type_launch_args)
        if restoring is None:
            pytest.skip(bfcache.NONE_RESTORES)
        browsers_running[name] = restoring
    return browsers_running[name]


@pytest.fixture
def restoring_context(restoring_browser: Browser, watched: Watched) -> Iterator[BrowserContext]:
    """One person's such browser; its pages note how they appear (see `bfcache.appearances`)."""
    with bfcache.restoring_context(restoring_browser) as context, watched(context):
        yield context


@pytest.fixture
def person() -> Person:
    """Somebody new: tests must not meet each other's sessions."""
    return Person()


@pytest.fixture
def tab(tabs: OpenTab, server: Server, person: Person) -> Page:
    """A tab in which the person is signed in."""
    tab = tabs()
    person.join(tab, server.url)
    return tab


@pytest.fixture
def grace(server: Server) -> Person:
    """Somebody else with an account on that server, made at another device."""
    elsewhere = WireBrowser(server)
    assert elsewhere.register() == 'started'
    return elsewhere.person
