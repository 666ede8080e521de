"""Fixtures on top of pytest-playwright's: a conftest.py imports those that its tests ask for.

They use its `playwright`, `browser`, `browser_name`, `context` and `new_context`, which a project may
have replaced by fixtures of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from . import bfcache, browsers
from .tabs import OpenTab


@pytest.fixture(scope='session')
def browser_type_launch_args(
    browser_type_launch_args: browsers.LaunchOptions, playwright: Playwright, browser_name: str
) -> browsers.LaunchOptions:
    """The options with which this browser starts on this machine; `--headed` shows it."""
    options = browsers.find(playwright, browser_name, browser_type_launch_args)
    assert options is not None, f'no {browser_name} here; run `python -m {browsers.__name__}`'
    return options


@pytest.fixture
def tabs(context: BrowserContext) -> OpenTab:
    """Open another tab of the same browser: they share cookies, locks, storage."""
    return context.new_page


@pytest.fixture
def devices(new_context: Callable[..., BrowserContext]) -> OpenTab:
    """Open a page on another device: nothing is shared with the others."""
    return lambda: new_context().new_page()


@pytest.fixture(scope='session')
def restoring_browser(
    browser: Browser, browser_type_launch_args: browsers.LaunchOptions
) -> Iterator[Browser]:
    """A browser whose Back brings pages to life again as they were left; skip the test without one."""
    restoring = bfcache.restoring_browser(browser, browser_type_launch_args)
    if restoring is None:
        pytest.skip(bfcache.NONE_RESTORES)
    yield restoring
    if restoring is not browser:
        restoring.close()


@pytest.fixture
def restoring_context(restoring_browser: Browser) -> Iterator[BrowserContext]:
    """One person's such browser; its pages note how they appear (see `bfcache.appearances`)."""
    with bfcache.restoring_context(restoring_browser) as context:
        yield context
