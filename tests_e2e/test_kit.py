"""The tools of the kit do what their docstrings say, also on pages that are not of this program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from .kit import browsers, evidence, report_tables
from .kit.auth_trace import wait_for_trace
from .kit.barrier import TooFarApart, at_one_instant
from .kit.bfcache import appearances, go_back, note_appearances
from .kit.lacking import make_deaf, without_focus, without_locks
from .kit.leftovers import count_leftovers, left_in
from .kit.network import hold
from .kit.tabs import OpenTab
from .kit.visibility import hide, show

ORIGIN = 'http://localhost:4199'  # whoever is there, all answers are the test's own
NOTE_VISIBILITY = """
    globalThis.heard = [];
    addEventListener('visibilitychange', () => heard.push(document.visibilityState), true);
"""
SOMEBODY_ELSES_AUTH = """<form id="auth"><input name="token"></form><script>
    globalThis.auth = { token: 'abc' };
</script>"""


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    """A browser to which every address of `ORIGIN` is an empty page."""
    context.route(
        f'{ORIGIN}/**', lambda route: route.fulfill(body='<p>Here</p>', content_type='text/html')
    )
    return context


@pytest.fixture
def tab(tabs: OpenTab) -> Page:
    """A tab that shows such a page."""
    tab = tabs()
    tab.goto(f'{ORIGIN}/')
    return tab


def test_hidden_page_stays_hidden_until_shown(tabs: OpenTab) -> None:
    """Through loads, other origins' too, and whatever the page clears; told once each time."""
    tab = tabs()
    hide(tab)  # before there is a page
    tab.add_init_script(NOTE_VISIBILITY)
    tab.goto(f'{ORIGIN}/')
    assert tab.evaluate('[document.visibilityState, document.hidden]') == ['hidden', True]

    tab.evaluate('sessionStorage.clear()')
    hide(tab)
    tab.reload()
    assert tab.evaluate('document.visibilityState') == 'hidden'
    assert tab.evaluate('heard') == []  # it knew

    for _ in range(2):
        show(tab)
    assert tab.evaluate('heard') == ['visible']
    hide(tab)
    assert tab.evaluate('heard') == ['visible', 'hidden']


def test_shown_page_is_hidden_by_leaving_it(tab: Page) -> None:
    """As any page is: what saves on `hidden` is called."""
    hide(tab)
    show(tab)
    tab.evaluate("""addEventListener('visibilitychange', () => {
        localStorage.seen = document.visibilityState;
    })""")

    tab.goto(f'{ORIGIN}/next')

    tab.wait_for_function('localStorage.seen === "hidden"')


def test_frames_hide_with_their_page(tab: Page) -> None:
    """A page in a frame reads the same as the one around it."""
    tab.evaluate("""new Promise((loaded) => {
        const frame = document.createElement('iframe');
        frame.src = '/frame';
        frame.addEventListener('load', loaded);
        document.body.append(frame);
    }).then(() => null)""")

    hide(tab)

    assert [frame.evaluate('document.hidden') for frame in tab.frames] == [True, True]


def test_interfaces_are_missing_altogether(context: BrowserContext, tabs: OpenTab) -> None:
    """`in`, too, finds no locks, as on plain http; an input's focus is none of the window's."""
    without_locks(context)
    without_focus(context)
    tab = tabs()
    tab.goto(f'{ORIGIN}/')

    assert tab.evaluate("['locks' in navigator, 'LockManager' in globalThis]") == [False, False]
    focused = """() => {
        const focused = [];
        const input = document.body.appendChild(document.createElement('input'));
        input.addEventListener('focus', () => focused.push('input'));
        addEventListener('focus', () => focused.push('window'));
        input.focus();
        dispatchEvent(new FocusEvent('focus'));
        return focused;
    }"""
    assert tab.evaluate(focused) == ['input']


def test_deaf_tab_still_speaks(tabs: OpenTab) -> None:
    """Nothing arrives there, and what it says arrives elsewhere."""
    deaf, other = tabs(), tabs()
    make_deaf(deaf)
    for tab in (deaf, other):
        tab.goto(f'{ORIGIN}/')
        tab.evaluate("""() => {
            globalThis.heard = [];
            globalThis.channel = new BroadcastChannel('news');
            channel.onmessage = ({ data }) => heard.push(data);
            addEventListener('storage', ({ newValue }) => heard.push(newValue));
        }""")
    for tab, word in ((other, 'to the deaf'), (deaf, 'from the deaf')):
        tab.evaluate('word => { channel.postMessage(word); localStorage.word = word; }', word)

    other.wait_for_function('heard.length === 2')
    assert other.evaluate('heard') == ['from the deaf'] * 2
    assert deaf.evaluate('heard') == []


def test_barrier_takes_what_evaluate_takes(tab: Page, tabs: OpenTab) -> None:
    """Expressions of any kind, functions, promises; what all tabs refused is said of each."""
    other = tabs()
    other.goto(f'{ORIGIN}/')
    both = [tab, other]

    assert at_one_instant(both, '1, 2 // the last one counts') == [2, 2]
    assert at_one_instant(both, 'globalThis.here = 3') == [3, 3]
    assert at_one_instant(both, '() => Promise.resolve(here + 1)') == [4, 4]
    assert at_one_instant(both, 'undefined') == [None, None]
    with pytest.raises(AssertionError, match=r'(?s)tab 1: .*not today.*tab 2: .*not today'):
        at_one_instant(both, 'Promise.reject(new Error("not today"))')


@pytest.mark.one_browser
@pytest.mark.only_browser('chromium')  # in Firefox tabs take turns: the busy one holds up all
def test_barrier_notices_who_comes_late(tab: Page, tabs: OpenTab) -> None:
    """Nobody takes for a collision what was none."""
    other = tabs()
    other.goto(f'{ORIGIN}/')
    other.evaluate("""() => {
        const busy = () => { const end = Date.now() + 2000; while (Date.now() < end); };
        setTimeout(busy, 100);
    }""")

    with pytest.raises(TooFarApart):
        at_one_instant([tab, other], '1')


@pytest.mark.one_browser
def test_barrier_does_not_wait_on_a_paused_clock(tab: Page) -> None:
    """It gives up as everything else does."""
    tab.clock.install()
    tab.clock.pause_at('2040-01-01')
    tab.set_default_timeout(500)

    with pytest.raises(PlaywrightTimeout):
        at_one_instant([tab], '1')


@pytest.mark.one_browser
def test_held_requests_are_counted_from_the_first(tab: Page) -> None:
    """The second is the second, whether or not the first has been let go."""
    held = hold(tab, '**/call?*')
    tab.evaluate("void fetch('/call?1')")
    held.wait_for().continue_()
    tab.evaluate("void fetch('/call?2')")

    assert held.wait_for(2).request.url.endswith('/call?2')


def test_pages_need_no_token_holder(context: BrowserContext, tabs: OpenTab) -> None:
    """Appearances are noted, and traces waited for in vain, whatever else goes by the name of auth."""
    note_appearances(context)
    context.route(
        '**/form',
        lambda route: route.fulfill(body=SOMEBODY_ELSES_AUTH, content_type='text/html'),
    )
    tab = tabs()
    tab.goto(f'{ORIGIN}/form')
    tab.goto(f'{ORIGIN}/')

    go_back(tab)

    assert {each['holdsToken'] for each in appearances(tab)} == {False}
    with pytest.raises(PlaywrightTimeout):
        wait_for_trace(tab, 'refresh.rotated', timeout_ms=100)


def test_leftovers_are_counted_as_the_browser_does(context: BrowserContext, tabs: OpenTab) -> None:
    """A listener for capture and for bubbling counts twice; one whose signal is aborted, never."""
    count_leftovers(context)
    tab = tabs()
    tab.goto(f'{ORIGIN}/')

    tab.evaluate("""() => {
        const hear = () => {};
        addEventListener('twice', hear, true);
        addEventListener('twice', hear);
        removeEventListener('twice', hear);
        addEventListener('never', hear, { signal: AbortSignal.abort() });
        addEventListener('once', (event) => event.stopImmediatePropagation(), { once: true });
        dispatchEvent(new Event('once'));
        setTimeout('globalThis.ran = true', 0);
    }""")

    tab.wait_for_function('globalThis.ran')
    expected = {'timers': 0, 'twice': 1, 'never': 0, 'once': 0}
    assert left_in(tab, ['twice', 'never', 'once']) == expected


def test_evidence_is_kept_if_its_block_fails(browser: Browser, tmp_path: Path) -> None:
    """Whatever the test says of itself: it cannot know yet."""
    context = browser.new_context()
    with (
        pytest.raises(RuntimeError),
        evidence.watched(context, f'{tmp_path}/trace', lambda: False),
    ):
        raise RuntimeError
    context.close()

    assert [file.name for file in tmp_path.iterdir()] == ['trace.zip']


@pytest.mark.parametrize('name', browsers.NAMES)
def test_given_options_come_before_the_kits(playwright: Playwright, name: str) -> None:
    """Its own are added to them; a browser that was chosen is not looked for."""
    given = {'args': ['--given'], 'firefox_user_prefs': {'given': 1}, 'env': {'GIVEN': '1'}}

    found = browsers.find(playwright, name, given)
    assert found
    if name == 'chromium':
        assert found['args'] == [*browsers.CHROMIUM_ARGS, '--given']
    else:
        assert found['args'] == ['--given']
        assert found['firefox_user_prefs'] == browsers.FIREFOX_PREFERENCES | {'given': 1}
    assert found['env']['GIVEN'] == '1'
    assert {'PATH', 'HOME'} <= found['env'].keys()

    chosen = browsers.find(playwright, name, {'executable_path': '/opt/mine', 'channel': 'mine'})
    assert chosen
    assert (chosen['executable_path'], chosen['channel']) == ('/opt/mine', 'mine')


def test_tables_take_rows_as_they_come() -> None:
    """In any order of columns; what a row does not have stays empty."""
    rows: list[report_tables.Row] = [{'tabs': 2, 'calls': 10}, {'calls': 7, 'tabs': 8}, {'tabs': 9}]

    lines = [re.split(r'\s+', line) for line in report_tables.lines_of(rows)]

    assert lines == [['tabs', 'calls'], ['2', '10'], ['8', '7'], ['9']]
