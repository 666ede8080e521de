"""Who may read our answers from another origin: nobody, or exactly those that are listed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from httpx2 import Headers

from auth import TOKEN_HOLDER_PATH, AuthSettings

from .browser import ORIGIN, Account, Browser
from .conftest import Serve

pytestmark = [pytest.mark.databases('sqlite'), pytest.mark.checklist('V3.4.2')]
LISTED = 'https://app.example.com'
OTHERS = [
    'https://evil.example',
    'null',
    f'{LISTED}.evil.example',
    'https://evil-app.example.com',
    f'{LISTED}:8443',
    f'{LISTED}/',
    'http://app.example.com',
    'https://APP.example.com',
    'https://example.com',
    '*',
]
ASKED = {'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization'}
PATHS = ['/auth/refresh', '/graphql', '/auth/no/such/path', '/.well-known/jwks.json', '/healthz']


@pytest.fixture
def browser(settings: AuthSettings, serve: Serve, ada: Account) -> Browser:
    """Give Ada's browser, before a server that lists one origin."""
    browser = serve(
        replace(settings, graphql=True, allowed_origins=(LISTED, 'http://localhost:4500'))
    )
    browser.register(ada)
    return browser


def cors(headers: Headers) -> dict[str, str]:
    """Return what an answer says to browsers about other origins."""
    return {name: headers[name] for name in headers if name.startswith('access-control-')}


@pytest.mark.parametrize('origin', [ORIGIN, LISTED, *OTHERS])
@pytest.mark.parametrize('method', ['GET', 'POST', 'OPTIONS'])
def test_nobody_is_listed_by_default(origin: str, method: str, signed_in: Browser) -> None:
    """Shows that no answer of any kind has such a header, not even for our own pages."""
    for path in PATHS:
        answer = signed_in.client.request(method, path, headers=ASKED | {'Origin': origin})

        assert cors(answer.headers) == {}


def test_listed_origin_may_read(browser: Browser) -> None:
    """Shows the exact echo, with credentials, on answers good and bad."""
    for method, path, status in (
        ('POST', '/auth/refresh', 200),
        ('GET', '/api/me', 401),
        ('GET', '/auth/refresh', 405),
        ('GET', '/graphql', 405),
        ('POST', '/graphql', 415),
        ('GET', '/.well-known/jwks.json', 200),
        ('GET', TOKEN_HOLDER_PATH, 200),
    ):
        answer = browser.client.request(method, path, headers={'Origin': LISTED})

        assert answer.status_code == status
        assert cors(answer.headers) == {
            'access-control-allow-origin': LISTED,
            'access-control-allow-credentials': 'true',
            'access-control-expose-headers': 'Retry-After',
        }
        assert 'Origin' in answer.headers['Vary']


def test_listed_origin_may_ask_first(browser: Browser) -> None:
    """Shows that the preflight allows what the browser client sends, and nothing is done."""
    asked = ASKED | {
        'Origin': LISTED,
        'Access-Control-Request-Headers': 'authorization,content-type,x-requested-with',
    }

    answer = browser.client.options('/auth/refresh', headers=asked)

    assert answer.status_code == 200
    assert answer.headers['Access-Control-Allow-Origin'] == LISTED
    assert answer.headers['Access-Control-Allow-Credentials'] == 'true'
    assert 'Origin' in answer.headers['Vary']
    assert 'Set-Cookie' not in answer.headers


@pytest.mark.parametrize('origin', OTHERS)
@pytest.mark.parametrize('method', ['GET', 'POST', 'OPTIONS'])
def test_origin_that_only_looks_listed_gets_nothing(
    origin: str, method: str, browser: Browser
) -> None:
    """Shows that neither suffix, prefix, port, scheme nor `null` comes near a listed origin."""
    for path in PATHS:
        answer = browser.client.request(method, path, headers=ASKED | {'Origin': origin})

        assert answer.status_code == 403
        assert cors(answer.headers) == {}


def test_answer_without_origin_varies_too(browser: Browser) -> None:
    """Shows that no cache hands an answer for one origin to another."""
    answer = browser.client.get('/.well-known/jwks.json', headers={'Sec-Fetch-Site': 'same-origin'})

    assert 'Origin' in answer.headers['Vary']


def test_only_the_api_is_readable(browser: Browser) -> None:
    """Shows that listing opens the API, not the rest of the host application."""
    answer = browser.client.get('/healthz', headers={'Origin': LISTED})

    assert answer.status_code == 200
    assert cors(answer.headers) == {}
