"""P17: a separate service verifies access tokens with the public keys alone.

The service is a process of its own that knows the auth server's address, and has no data. What it says
is asked from here, and from the dashboard. What it refuses is in `auth/tests/test_verified.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.processes import free_port
from app.tests import program
from auth import ENDED_SESSIONS_PATH

from .kit.auth_trace import traced
from .kit.leftovers import count_leftovers, left_in
from .kit.tabs import OpenTab
from .program.people import Person, log_out, press, sees_login_page
from .program.resource_server import FINE, ResourceServer, ask, running_resource_server
from .program.server import Server, running_server
from .program.spy import ASK_FOR_EVERYTHING, READ_EVERYTHING, SPY, secrets_of
from .program.wire import WireBrowser

pytestmark = pytest.mark.xdist_group('resource server')
HEARD_WITHIN_MS = 2_000
# Statuses of the API and of the service, the oldest first.
ANSWERS = 'auth.token.afterLogout.rows.map(({ answers }) => answers.join(" ")).reverse()'


@dataclass
class Both:
    """An auth server, and the service that its pages may call."""

    server: Server
    service: ResourceServer
    folder: Path


@contextmanager
def running_both(folder: Path, feed: str = 'no list', *options: str) -> Iterator[Both]:
    """Start both. The service reads no list of ended sessions unless told to."""
    port = str(free_port())
    services = ['--services', f'http://localhost:{port}']
    with running_server(folder, *services, *options) as server:
        list_url = f'--ended-sessions-url={server.url}{ENDED_SESSIONS_PATH}'
        more = ['--port', port, '--issuer', server.url, *([list_url] if feed == 'list' else [])]
        with running_resource_server(folder, *more) as service:
            yield Both(server, service, folder)


@pytest.fixture
def both(request: pytest.FixtureRequest, run_once: Callable[..., Both]) -> Both:
    """Both, as the test wants them; whoever ends one of them starts it again."""
    return run_once(running_both, *getattr(request, 'param', ()))


with_list = pytest.mark.parametrize('both', [('list',)], indirect=True, ids=['with-list'])
short_tokens = pytest.mark.parametrize(
    'both', [('no list', '--access-token-seconds', '4')], indirect=True, ids=['4-seconds']
)


def token_of_somebody(server: Server) -> str:
    """Register over HTTP, and return the access token."""
    browser = WireBrowser(server)
    assert browser.register() == 'started'
    return browser.access_token


def moments(page: Page) -> Locator:
    """What the login page shows of the experiment."""
    return page.get_by_role('region', name='The token after the logout')


@pytest.mark.one_browser
def test_keys_outlive_the_auth_server(both: Both) -> None:
    """Killed, the auth server is not missed; forged tokens are refused all the same."""
    token = token_of_somebody(both.server)
    assert both.service.ask(token) == FINE

    both.server.kill()

    assert both.service.ask(token) == FINE
    assert both.service.ask(token[:-8] + 'AAAAAAAA').code == 'invalid_token'
    both.server.start()


@pytest.mark.one_browser
def test_service_may_start_first(both: Both) -> None:
    """Without keys it asks callers to come back; with the auth server come the keys."""
    token = token_of_somebody(both.server)
    both.service.stop()
    both.server.kill()
    both.service.start()

    early = both.service.ask(token)

    assert (early.status, early.code) == (503, 'retry')
    assert early.retry_after == '1'
    both.server.start()
    assert both.service.ask_patiently(token) == FINE


@pytest.mark.one_browser
def test_rotated_keys_refuse_nobody(both: Both) -> None:
    """A token from before `rotate-keys` is good at a service with old news, and at one with new."""
    token = token_of_somebody(both.server)
    assert both.service.ask(token) == FINE

    rotated = program.run(both.folder, 'rotate-keys', '--data-dir', str(both.folder / 'data'))

    assert rotated.returncode == 0
    assert 'is published now' in rotated.stdout
    assert both.service.ask(token) == FINE
    both.service.stop()
    both.service.start()
    assert both.service.ask(token_of_somebody(both.server)) == FINE
    both.service.wait_for('keys_fetched', keys=2)


@pytest.mark.one_browser
def test_logout_is_known_to_the_api_alone(both: Both) -> None:
    """The colocated API refuses at once; the stateless service cannot know."""
    browser = WireBrowser(both.server)
    browser.register()
    api = f'{both.server.url}/api/me'
    assert ask(api, browser.access_token) == both.service.ask(browser.access_token) == FINE

    browser.log_out()

    assert ask(api, browser.access_token).code == 'session_ended'
    assert both.service.ask(browser.access_token) == FINE


def test_dashboard_calls_the_service(tabs: OpenTab, both: Both, person: Person) -> None:
    """The page shows what the service knows: ids and a time, no name; then it logs out as ever."""
    tab = tabs()
    person.join(tab, both.server.url)
    session_id = tab.evaluate('auth.session.id')

    press(tab, 'Call the service')

    card = tab.get_by_role('region', name='An independent service')
    expect(card.get_by_text('This is all I know about you')).to_be_visible()
    expect(card).to_contain_text(f'sid {session_id}')
    expect(card).to_contain_text('even after the session has ended')
    expect(card).not_to_contain_text(person.name)
    log_out(tab)
    sees_login_page(tab)
    expect(moments(tab)).to_be_hidden()
    assert not tab.evaluate('auth.token.afterLogout.isOn')


@pytest.mark.one_browser
@with_list
def test_list_ends_a_token_within_two_seconds(tabs: OpenTab, both: Both, person: Person) -> None:
    """The table on the login page: the API says 401 at once, the service soon; then it is forgotten."""
    tab = tabs()
    person.join(tab, both.server.url)
    press(tab, 'Call the service')
    expect(tab.get_by_text('or until it reads that the session has ended')).to_be_visible()

    press(tab, 'Log out and watch the token')

    sees_login_page(tab)
    expect(moments(tab)).to_contain_text('The token is forgotten.')
    answers = tab.evaluate(ANSWERS)
    assert answers[-1] == '401 401'
    assert set(answers[:-1]) <= {'401 200'}
    asked_at = tab.evaluate('auth.token.afterLogout.rows[0].at')
    assert asked_at - traced(tab, 'logout.sent')[-1]['at'] <= HEARD_WITHIN_MS
    expect(moments(tab).get_by_role('row')).to_have_count(1 + len(answers))
    assert not tab.evaluate('auth.token.afterLogout.isOn')


@pytest.mark.one_browser
@short_tokens
def test_stateless_service_believes_until_expiry(tabs: OpenTab, both: Both, person: Person) -> None:
    """Without a list the table shows 401 and 200, second by second, until the token has expired."""
    tab = tabs()
    person.join(tab, both.server.url)

    press(tab, 'Log out and watch the token')

    expect(moments(tab).get_by_role('row', name=re.compile('401 200')).first).to_be_visible()
    expect(moments(tab)).to_contain_text('The token is forgotten.')
    answers = tab.evaluate(ANSWERS)
    assert answers[0] == '401 200'
    assert answers[-1] == '401 401'
    assert answers == sorted(answers)


@pytest.mark.one_browser
def test_watched_token_is_nowhere_else(tabs: OpenTab, both: Both, person: Person) -> None:
    """While it is watched the token is where it always is: in no storage, DOM, message or property."""
    tab = tabs()
    tab.context.add_init_script(SPY)
    person.join(tab, both.server.url)
    press(tab, 'Log out and watch the token')
    expect(moments(tab)).to_contain_text('for this experiment alone')

    seen = [tab.evaluate(each) for each in (READ_EVERYTHING, 'spy.messages()', ASK_FOR_EVERYTHING)]

    signatures = secrets_of(tab)
    assert signatures
    assert not [each for each in signatures if each in ''.join(seen)]
    assert tab.evaluate('auth.token.describe()') is None
    assert tab.evaluate('auth.token.afterLogout.isOn')  # it was there all the time


@pytest.mark.one_browser
def test_signing_in_ends_the_watch(
    context: BrowserContext, tabs: OpenTab, both: Both, person: Person
) -> None:
    """Whoever comes next finds no token of the one before, and no timer or listener is left."""
    count_leftovers(context)
    tab = tabs()
    person.join(tab, both.server.url)
    press(tab, 'Log out and watch the token')
    expect(moments(tab).get_by_role('row', name=re.compile('401 200')).first).to_be_visible()
    assert tab.evaluate('auth.token.afterLogout.isOn')
    watching = left_in(tab, ['pagehide'])

    person.fill_login_form(tab)
    press(tab, 'Sign in')

    person.sees_dashboard(tab)
    assert not tab.evaluate('auth.token.afterLogout.isOn')
    assert left_in(tab, ['pagehide'])['pagehide'] < watching['pagehide']


@pytest.mark.one_browser
def test_leaving_the_page_ends_the_watch(tabs: OpenTab, both: Both, person: Person) -> None:
    """A page that goes, if only into the back/forward cache, keeps no token."""
    tab = tabs()
    person.join(tab, both.server.url)
    press(tab, 'Log out and watch the token')
    expect(moments(tab).get_by_role('row', name=re.compile('401 200')).first).to_be_visible()
    assert tab.evaluate('auth.token.afterLogout.isOn')

    tab.evaluate('dispatchEvent(new PageTransitionEvent("pagehide", { persisted: false }))')

    expect(moments(tab)).to_contain_text('The token is forgotten.')


@pytest.mark.one_browser
def test_token_goes_to_listed_origins_only(
    tabs: OpenTab, both: Both, server: Server, person: Person
) -> None:
    """Another service is refused before anything is sent; the listed one answers."""
    tab = tabs()
    person.join(tab, both.server.url)
    call = 'url => auth.fetch(url).then(({ status }) => status, (error) => error.name)'
    watch = 'url => auth.token.afterLogout.begin([url]).catch((error) => error.name)'

    elsewhere = f'{server.url}/api/me'

    assert tab.evaluate(call, elsewhere) == 'TypeError'
    assert tab.evaluate(watch, elsewhere) == 'TypeError'
    assert tab.evaluate(call, f'{both.service.url}/api/about-you') == 200
    person.sees_dashboard(tab)


@pytest.mark.one_browser
def test_without_the_setting_there_is_no_service(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """No card, no experiment, no other origin in the policy."""
    tab = tabs()
    person.join(tab, server.url)

    expect(tab.get_by_role('button', name='Call the API')).to_be_visible()
    expect(tab.get_by_text('An independent service')).to_have_count(0)
    policy = tab.request.get(f'{server.url}/login').headers['content-security-policy']
    assert "connect-src 'self';" in policy
