"""axe finds nothing on any page, wide and narrow, light and dark; and nothing is cut off."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from .kit.tabs import OpenTab
from .program.people import Person, call_api, press
from .program.server import Server

OVERFLOW_PIXELS = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
Scheme = Literal['light', 'dark']
SIZES: tuple[ViewportSize, ...] = ({'width': 1280, 'height': 800}, {'width': 390, 'height': 844})
NARROWEST: ViewportSize = {'width': 320, 'height': 640}  # or 1280 at 400 %: WCAG 2.2, 1.4.10
SCHEMES: tuple[Scheme, ...] = ('light', 'dark')
LOOKS = [(size, scheme) for size in SIZES for scheme in SCHEMES]


@pytest.mark.one_browser
@pytest.mark.only_browser('chromium')  # the system's Firefox is never dark for Playwright
@pytest.mark.checklist('V6.2.6')
def test_pages_have_no_violations(tabs: OpenTab, server: Server, output_path: str) -> None:
    """Login, register with its errors shown, dashboard with everything open; screenshots are kept."""
    page, person = tabs(), Person(name='Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch')
    page.goto(f'{server.url}/login')
    expect(page.get_by_role('heading', level=1, name='Sign in')).to_be_visible()
    examine(page, f'{output_path}/login')
    page.goto(f'{server.url}/register')
    press(page, 'Create account')
    expect(page.get_by_text('Please fill this in.')).to_have_count(3)
    examine(page, f'{output_path}/register')
    person.join(page, server.url)
    call_api(page)
    for size, scheme in LOOKS:
        look(page, size, scheme)
        page.screenshot(
            path=f'{output_path}/dashboard-{size["width"]}-{scheme}.png', full_page=True
        )
    page.get_by_role('button', name='Show raw').click()
    examine(page, None)  # no picture: the token would be in it

    page.goto(f'{server.url}/no/such/page')
    expect(page.get_by_role('heading', level=1, name='Page not found')).to_be_visible()
    examine(page, f'{output_path}/not-found')


def look(page: Page, size: ViewportSize, scheme: Scheme) -> None:
    """Show the page at a size, in light or in dark, once it has followed."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    dark = str(scheme == 'dark').lower()
    followed = f'document.body.classList.contains("body--dark") === {dark}'
    page.wait_for_function(f'{followed} || !document.querySelector(".q-layout")')  # as Quasar does


def examine(page: Page, screenshot: str | None) -> None:
    """In each look, run axe, look for sideways scrolling, take a picture."""
    for size, scheme in LOOKS:
        look(page, size, scheme)
        if screenshot:
            page.screenshot(path=f'{screenshot}-{size["width"]}-{scheme}.png', full_page=True)
        # `preload` asks for the style sheets again, and Quasar shows a bar for that.
        result = Axe().run(page, options={'preload': False})
        assert result.violations_count == 0, result.generate_report()
        assert page.evaluate(OVERFLOW_PIXELS) <= 0
    look(page, NARROWEST, 'light')
    assert page.evaluate(OVERFLOW_PIXELS) <= 0
