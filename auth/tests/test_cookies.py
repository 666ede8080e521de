"""The refresh cookie: its attributes, how long it stays, and where its value never appears."""

from __future__ import annotations

from dataclasses import replace

import pytest
from httpx2 import Response
from starlette.requests import Request

from auth import AuthSettings
from auth.refresh_cookie import RefreshCookie

from .browser import COOKIE, Account, Browser
from .clock import DAY, Clock
from .conftest import Serve

pytestmark = pytest.mark.databases('sqlite')  # none knows of cookies
PROTECTION = {'HttpOnly', 'Secure', 'SameSite=strict', 'Path=/'}  # no Domain: this host only
FORTNIGHT = f'Max-Age={14 * DAY}'


def attributes(answer: Response) -> set[str]:
    """Return the attributes of the one cookie that an answer sets."""
    (header,) = answer.headers.get_list('Set-Cookie')
    name_and_value, *rest = header.split('; ')
    assert name_and_value.startswith(f'{COOKIE}=1.')
    return set(rest)


@pytest.mark.parametrize(('stay', 'max_age'), [(True, {FORTNIGHT}), (False, set())])
@pytest.mark.checklist('V3.3.1', 'V3.3.2', '63B 5.1')
def test_cookie_has_its_attributes_everywhere(
    *, laptop: Browser, ada: Account, clock: Clock, stay: bool, max_age: set[str]
) -> None:
    """Shows that each way to a cookie protects it, and that only staying signed in dates it."""
    registered = laptop.register(ada, stay_signed_in=stay)
    logged_in = laptop.log_in(ada, stay_signed_in=stay)
    used = laptop.jar
    rotated = laptop.refresh()
    overlapped = laptop.present(used)
    clock.advance(31)
    recovered = laptop.present(used)

    outcomes = [answer.json()['outcome'] for answer in (rotated, overlapped, recovered)]
    assert outcomes == ['rotated', 'overlapped', 'recovered']
    for answer in (registered, logged_in, rotated, overlapped):
        assert attributes(answer) == PROTECTION | max_age
    later = {f'Max-Age={14 * DAY - 31}'} if stay else set()
    assert attributes(recovered) == PROTECTION | later


@pytest.mark.parametrize('before', [b'\xa0', b'\x85', b'\x1f', b'=', b'"'])
@pytest.mark.checklist('V3.3.1', 'V7.2.4')
def test_neighbours_cookie_is_none_of_ours(before: bytes) -> None:
    """Shows that a name which to browsers has no prefix is not taken for ours; spaces are no name."""
    cookie = RefreshCookie('refresh', secure=True)
    planted, ours = (
        Request({'type': 'http', 'headers': [(b'cookie', b'a=1;' + name + b'=1.of.somebody')]})
        for name in (before + cookie.full_name.encode(), b' \t' + cookie.full_name.encode())
    )

    assert cookie.read(planted) is None
    assert cookie.read(ours) == '1.of.somebody'


def test_stripped_name_signs_nobody_in(signed_in: Browser) -> None:
    """Shows that the routes read names like that, too."""
    token = signed_in.jar
    signed_in.client.cookies.clear()

    answers = [
        signed_in.client.post('/auth/refresh', headers={'Cookie': f'{before}{COOKIE}={token}'})
        for before in ('\x1f', '')
    ]

    assert [answer.status_code for answer in answers] == [401, 200]


@pytest.mark.parametrize('prefix', ['__Host-', '__Secure-', '__host-'])
def test_prefix_is_not_given_twice(prefix: str, settings: AuthSettings) -> None:
    """Shows that a name from when the prefix was part of it is refused, not made another one."""
    with pytest.raises(ValueError, match='Leave the prefix out of cookie_name: it comes by itself'):
        replace(settings, cookie_name=f'{prefix}notes')


@pytest.mark.parametrize('name', ['', 'my notes', 'a;b', 'a=b', 'naïve', 'a\n'])
def test_name_of_the_cookie_must_be_one(settings: AuthSettings, name: str) -> None:
    """Shows that the start refuses what would fail at the first sign-in, after the account is made."""
    with pytest.raises(ValueError, match='cookie_name may have letters, digits'):
        replace(settings, cookie_name=name)


def test_staying_signed_in_is_the_default(signed_in: Browser, ada: Account) -> None:
    """Shows that a form which does not say gets a cookie that outlives the browser."""
    assert attributes(signed_in.log_in(ada)) == PROTECTION | {FORTNIGHT}


def test_overlap_leaves_the_remaining_time(signed_in: Browser, clock: Clock) -> None:
    """Shows that a repeated answer does not let the cookie outlive its session."""
    used = signed_in.jar
    signed_in.refresh()
    clock.advance(20)

    answer = signed_in.present(used)

    assert f'Max-Age={14 * DAY - 20}' in attributes(answer)


@pytest.mark.checklist('63B 5.1')
def test_rotation_near_the_end_leaves_the_rest(signed_in: Browser, clock: Clock) -> None:
    """Shows that the cookie goes with the session at the absolute limit."""
    for _ in range(8):
        clock.advance(10 * DAY)
        signed_in.refresh()
    clock.advance(3 * DAY)

    answer = signed_in.refresh()

    assert f'Max-Age={7 * DAY}' in attributes(answer)


@pytest.mark.checklist('V3.3.2')
def test_value_is_in_no_body(signed_in: Browser, ada: Account) -> None:
    """Shows that a page's script, which reads bodies, never gets the refresh token."""
    tokens = [signed_in.jar]
    answers = [signed_in.log_in(ada)]
    tokens.append(signed_in.jar)
    answers += [signed_in.refresh(), signed_in.present(tokens[1]), signed_in.me()]
    tokens.append(signed_in.jar)
    answers += [signed_in.ticket('page-1'), signed_in.present(tokens[0]), signed_in.log_out()]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 200, 401, 204]
    assert len(set(tokens)) == 3
    for answer in answers:
        for token in tokens:
            assert token.rpartition('.')[2] not in answer.text


def test_reading_never_sets_a_cookie(signed_in: Browser) -> None:
    """Shows that only what rotates hands out the leaf: a poller cannot shadow its victim."""
    signed_in.refresh()

    answers = [signed_in.me(), signed_in.ticket('page-1'), signed_in.client.get('/healthz')]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all('Set-Cookie' not in answer.headers for answer in answers)


def test_plain_cookie_is_a_setting(settings: AuthSettings, serve: Serve, ada: Account) -> None:
    """Shows that local work over http may do without Secure, at setting and at deleting."""
    here = 'http://localhost:8000'
    browser = serve(replace(settings, issuer=here, cookie_secure=False))
    browser.client.base_url = here
    browser.client.headers['Origin'] = here

    answers = [browser.register(ada), browser.log_out()]

    for answer in answers:
        header = answer.headers['Set-Cookie']
        assert header.startswith('refresh=')
        assert 'Secure' not in header
        assert 'HttpOnly' in header
