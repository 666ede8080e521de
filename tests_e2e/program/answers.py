"""What may come back instead of the server's answer to a refresh, and what a tab must make of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from playwright.sync_api import Page, Route

from ..kit.auth_trace import traced
from .bare import wait_for_name
from .people import Person

LOOP_MS = 30_000


@dataclass(frozen=True)
class Answer:
    """What comes back instead of the server's answer, and what the tab must make of it."""

    name: str
    status: int
    body: str = ''
    headers: dict[str, str] = field(default_factory=dict)
    state: str = 'reconnecting'
    # The first retry comes after one to one and a half seconds, or what `Retry-After` asks for.
    rest_ms: int = 0
    retry_ms: int = 1_600

    def on(self, page: Page, url: str) -> None:
        """Answer every request of the page to `url` like this."""

        def give(route: Route) -> None:
            route.fulfill(status=self.status, body=self.body, headers=self.headers)

        page.route(url, give)


def problem(code: str, **more: object) -> str:
    """Return the body of one of our own refusals."""
    return json.dumps({'code': code, 'title': 'No.', **more})


WITHOUT_EXPIRY = {
    'access_token': 'e30.e30.e30',
    'outcome': 'rotated',
    'user': {'id': '1', 'name': 'Nobody', 'email': 'nobody@example.com'},
    'session': {'id': '1', 'generation': 1, 'signed_in_at': 1},
}
HTML = {'Content-Type': 'text/html'}
MATRIX = [
    Answer('400', 400, problem('bad_request')),
    Answer('401, a stranger', 401, '<h1>Log in to the hotel network</h1>', HTML),
    Answer('401, somebody else', 401, problem('token_expired')),
    Answer('403', 403, problem('forbidden')),
    Answer('404 of a proxy', 404, '<h1>Not Found</h1>', HTML),
    Answer('429', 429, problem('too_many_requests')),
    Answer(
        '429 with Retry-After',
        429,
        problem('too_many_requests'),
        {'Retry-After': '10'},
        rest_ms=5_000,  # the clock runs by itself too: leave a slow machine some seconds
        retry_ms=10_100,
    ),
    Answer('500', 500, 'Internal Server Error'),
    Answer('502 HTML', 502, '<h1>Bad Gateway</h1>', HTML),
    Answer('503', 503, problem('retry'), {'Retry-After': '1'}),
    Answer(
        '503 for months',
        503,
        problem('retry'),
        {'Retry-After': '9999999'},
        rest_ms=300_000,
        retry_ms=600_100,  # ten minutes are the longest that it may ask for
    ),
    Answer('502 of another shape', 502, json.dumps({'code': ['retry'], 'errors': 'Bad gateway'})),
    Answer('empty 200', 200),
    Answer('204', 204),
    Answer('200 HTML', 200, '<h1>Welcome to the hotel network</h1>', HTML),
    Answer('truncated JSON', 200, '{"access_token": "eyJ'),
    Answer('200 without a token', 200, '{}'),
    Answer('200 with a number', 200, '17'),
    Answer('200 without an expiry', 200, json.dumps(WITHOUT_EXPIRY)),
    Answer('401 no_session', 401, problem('no_session'), state='signed-out'),
    Answer('401 invalid', 401, problem('invalid'), state='signed-out'),
    Answer('401 session_ended', 401, problem('session_ended', reason='replay'), state='signed-out'),
]


def obeys(tab: Page, person: Person, refresh: str, matrix: list[Answer]) -> None:
    """Have refreshes of a bare page answered by each of these, and check what it makes of it."""
    for answer in matrix:
        print(f'{answer.name}: {answer.state}')
        answer.on(tab, refresh)
        before = len(traced(tab, 'refresh.started'))

        tab.evaluate('auth.refresh()')

        assert tab.evaluate('auth.state') == answer.state, answer.name
        if answer.state == 'reconnecting':
            assert tab.evaluate('auth.user.name') == person.name
            tab.unroute(refresh)
            tab.context.clock.fast_forward(answer.rest_ms)
            if answer.rest_ms:
                assert len(traced(tab, 'refresh.started')) == before + 1, answer.name
            tab.context.clock.fast_forward(answer.retry_ms)
            wait_for_name(tab, person.name)
            tab.context.clock.fast_forward(LOOP_MS)  # for the loop breaker, this was long ago
        else:
            assert tab.evaluate('auth.user') is None
            tab.unroute(refresh)
            tab.reload()  # the cookie is still there
            wait_for_name(tab, person.name)
