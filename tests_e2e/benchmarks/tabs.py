"""`python -m tests_e2e.benchmarks.tabs`: what people wait for, beside the least that it can be.

    ... --rounds 30      measure each thing more often than 15 times

Chromium, the real program, real pages. Each round takes our page and its floor in turn, so that
whatever else runs on the machine spoils both alike. What counts is the ratio of the medians.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests_e2e.kit import browsers
from tests_e2e.program.people import Person, log_out, sees_login_page
from tests_e2e.program.server import Server, running_server

from .expiry import count_expiry
from .processes import serving
from .samples import MILLISECONDS, Sample

STOPWATCH = Path(__file__).parent / 'stopwatch.js'
SEEN = 'stopwatch.at > 0'
TABS = (2, 10)
MAX_LOGOUT = 1.5  # times the floor
MAX_RELOAD = 1.0
MAX_VISIT = 1.3


@dataclass
class Line:
    """One thing people wait for, its floor, and how many times the floor it may take."""

    label: str
    most: float
    ours: Sample = field(default_factory=Sample)
    floor: Sample = field(default_factory=Sample)

    def __str__(self) -> str:
        """Give medians and nine in ten, in milliseconds, and the ratio of the medians."""
        ratio = self.ours.percentile(50) / self.floor.percentile(50)
        figures = ''.join(
            f'{sample.percentile(share):>8.0f}'
            for sample in (self.ours, self.floor)
            for share in (50, 90)
        )
        verdict = 'reached' if ratio <= self.most else 'MISSED'
        return f'{self.label:<44}{figures}{ratio:>8.2f}   {verdict}, aim {self.most}'


class Site:
    """A browser with some tabs of one site open."""

    def __init__(self, browser: Browser, url: str, tabs: int) -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context()
        self.context.add_init_script(path=STOPWATCH)
        self.tabs: list[Page] = [self.context.new_page() for _ in range(tabs)]

    def log_out_everywhere_ms(self) -> float:
        """Press the button in the first tab; return when the last other one asks to sign in."""
        first, *others = self.tabs
        for tab in self.tabs:
            tab.evaluate('watchFor("h1", "Sign in")')
        log_out(first)
        for tab in self.tabs:
            tab.wait_for_function(SEEN)
        clicked: float = first.evaluate('stopwatch.clickedAt')
        return max(float(tab.evaluate('stopwatch.at')) for tab in others) - clicked

    def reload_ms(self) -> float:
        """Load the first tab's page again; return when what it is for is to be seen."""
        self.tabs[0].reload(wait_until='commit')
        self.tabs[0].wait_for_function(SEEN)
        return float(self.tabs[0].evaluate('stopwatch.after'))

    def visit_ms(self, path: str) -> float:
        """Open a page in the first tab; return when what it is for has been painted."""
        self.tabs[0].goto(self.url + path, wait_until='commit')
        self.tabs[0].wait_for_function('stopwatch.painted > 0')
        return float(self.tabs[0].evaluate('stopwatch.painted'))

    def forget_files(self) -> None:
        """Empty the browser's cache."""
        session: CDPSession = self.context.new_cdp_session(self.tabs[0])
        session.send('Network.clearBrowserCache')
        session.detach()


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog='python -m tests_e2e.benchmarks.tabs',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--rounds', type=int, default=15, help='how often each thing is measured')
    rounds: int = parser.parse_args().rounds
    with ExitStack() as running, sync_playwright() as playwright:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        options = browsers.find(playwright, 'chromium')
        if options is None:
            sys.exit('There is no Chromium here; run `python -m tests_e2e.kit.browsers`.')
        browser = playwright.chromium.launch(**options)
        server = running.enter_context(running_server(folder))
        static, nicegui = (
            running.enter_context(serving('tests_e2e.benchmarks.floors', folder / name, name)).url
            for name in ('static', 'nicegui')
        )
        print(f'{"ms":<44}{"p50":>8}{"p90":>8}{"floor":>8}{"p90":>8}{"ratio":>8}')
        for tabs in TABS:
            print(_logout(browser, server, static, tabs, rounds), flush=True)
        for tabs in TABS:
            for is_cold in (False, True):
                print(_reload(browser, server, nicegui, tabs, rounds, is_cold), flush=True)
        print(_visit(browser, server, static, rounds), flush=True)
        print(_head_start(browser, server, rounds))
        print(count_expiry(browser, server, max(TABS)))


def _logout(browser: Browser, server: Server, floor_url: str, tabs: int, rounds: int) -> Line:
    """Measure from the click on "Log out" to the login page in the last other tab."""
    line = Line(f'"Log out" to the last of {tabs} tabs signed out', MAX_LOGOUT)
    ours, floor = Site(browser, server.url, tabs), Site(browser, floor_url, tabs)
    person = Person()
    person.register(ours.tabs[0], server.url)
    for tab in ours.tabs[1:]:
        tab.goto(f'{server.url}/dashboard')
    for _ in range(rounds):
        for tab in ours.tabs:
            person.sees_dashboard(tab)
        line.ours.add(_took(ours.log_out_everywhere_ms()))
        for tab in floor.tabs:
            tab.goto(floor_url)
        line.floor.add(_took(floor.log_out_everywhere_ms()))
        for tab in ours.tabs:
            sees_login_page(tab)
        person.log_in(ours.tabs[0], server.url)
    ours.context.close()
    floor.context.close()
    return line


def _reload(
    browser: Browser, server: Server, floor_url: str, tabs: int, rounds: int, is_cold: bool
) -> Line:
    """Measure from a reload to the dashboard, or to the floor's label."""
    cache = 'cold' if is_cold else 'warm'
    line = Line(f'reload to dashboard, {cache} cache, {tabs} tabs', MAX_RELOAD)
    ours, floor = Site(browser, server.url, tabs), Site(browser, floor_url, tabs)
    person = Person()
    person.register(ours.tabs[0], server.url)
    for tab in ours.tabs[1:]:
        tab.goto(f'{server.url}/dashboard')
        person.sees_dashboard(tab)
    for tab in floor.tabs:
        tab.goto(floor_url)
    ours.tabs[0].add_init_script(f'watchFor("h1", "{person.name}")')
    floor.tabs[0].add_init_script('watchFor(".nicegui-content > div", "Hello")')
    for _ in range(rounds):
        for site, sample in ((ours, line.ours), (floor, line.floor)):
            if is_cold:
                site.forget_files()
            sample.add(_took(site.reload_ms()))
    ours.context.close()
    floor.context.close()
    return line


def _visit(browser: Browser, server: Server, floor_url: str, rounds: int) -> Line:
    """Measure from the navigation's start to the user's name, beside a page with one fetch."""
    line = Line('server-rendered page to the name on screen', MAX_VISIT)
    ours, floor = Site(browser, server.url, 1), Site(browser, floor_url, 1)
    person = Person()
    person.register(ours.tabs[0], server.url)
    ours.tabs[0].add_init_script(f'watchFor("h1", "{person.name}")')
    floor.tabs[0].add_init_script('watchFor("h1", "Robin")')
    for _ in range(rounds):
        line.ours.add(_took(ours.visit_ms('/profile')))
        line.floor.add(_took(floor.visit_ms('/hello')))
    ours.context.close()
    floor.context.close()
    return line


# NiceGUI mounts its Vue application in the last script before `DOMContentLoaded`.
_HEAD_START = """() => {
    const entries = performance.getEntriesByType("resource");
    const refresh = entries.find((entry) => entry.name.endsWith("/auth/refresh"));
    const vue = entries.find((entry) => /\\/vue[^/]*\\.js/.test(entry.name));
    const [page] = performance.getEntriesByType("navigation");
    return [vue.responseEnd, refresh.startTime, page.domContentLoadedEventStart];
}"""


def _head_start(browser: Browser, server: Server, rounds: int) -> str:
    """Say when the refresh leaves, beside when Vue is there and when it is done, with a cold cache."""
    site = Site(browser, server.url, 1)
    person = Person()
    person.register(site.tabs[0], server.url)
    moments = Sample(), Sample(), Sample()
    for _ in range(rounds):
        site.forget_files()
        site.tabs[0].reload()
        person.sees_dashboard(site.tabs[0])
        for moment, after_ms in zip(moments, site.tabs[0].evaluate(_HEAD_START), strict=True):
            moment.add(_took(after_ms))
    site.context.close()
    arrived, left, mounted = (f'{moment.percentile(50):.0f} ms' for moment in moments)
    return (
        f"cold cache: Vue's file has arrived after {arrived}, the refresh leaves after {left}, "
        f'Vue has mounted the page after {mounted}'
    )


def _took(milliseconds: float) -> Sample:
    seconds = milliseconds / MILLISECONDS
    return Sample(seconds, [seconds])


if __name__ == '__main__':
    main()
