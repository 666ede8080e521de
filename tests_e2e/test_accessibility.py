"""axe finds nothing on any page, wide and narrow, light and dark; and nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from .program.people import Person
from .program.server import Server

SIZES = {'wide': {'width': 1280, 'height': 800}, 'phone': {'width': 390, 'height': 844}}


@pytest.mark.one_browser
@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.checklist('V6.2.6')
def test_pages_have_no_violations(
    size: str,
    scheme: str,
    *,
    new_context: Callable[..., BrowserContext],
    server: Server,
    person: Person,
    output_path: str,
) -> None:
    """Login, register with its errors shown, dashboard with everything open; screenshots are kept."""
    page = new_context(viewport=SIZES[size], color_scheme=scheme).new_page()
    page.goto(f'{server.url}/login')
    expect(page.get_by_role('heading', level=1, name='Sign in')).to_be_visible()
    examine(page, f'{output_path}/login-{size}-{scheme}.png')
    page.goto(f'{server.url}/register')
    page.get_by_role('button', name='Create account').click()
    expect(page.get_by_text('Please fill this in.')).to_have_count(3)
    examine(page, f'{output_path}/register-{size}-{scheme}.png')
    person.register(page, server.url)
    page.get_by_role('button', name='Call the API').click()
    expect(page.get_by_text('this answer is for you alone')).to_be_visible()
    page.screenshot(path=f'{output_path}/dashboard-{size}-{scheme}.png', full_page=True)
    page.get_by_role('button', name='Show raw').click()
    examine(page, None)  # no picture: the token would be in it

    page.goto(f'{server.url}/no/such/page')
    expect(page.get_by_role('heading', level=1, name='Page not found')).to_be_visible()
    examine(page, f'{output_path}/not-found-{size}-{scheme}.png')


def examine(page: Page, screenshot: str | None) -> None:
    """Run axe, look for sideways scrolling, take a picture."""
    if screenshot:
        page.screenshot(path=screenshot, full_page=True)
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    assert page.evaluate(overflow) <= 0
