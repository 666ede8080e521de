"""Which address a request is counted under: the connection's, unless a trusted proxy says more."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from starlette.testclient import TestClient

from .test_start_up import address, started

CLAIMED = '203.0.113.9'
FORM = {'email': 'ada@example.com', 'password': 'nine purple herons over Ghent'}


def call(url: str, path: str, form: object = None, **headers: str) -> tuple[int, Any]:
    """Send JSON over IPv4, as a program on this machine would; return status and answer."""
    url = url.replace('localhost', '127.0.0.1')
    own = {'Content-Type': 'application/json', 'Origin': url, 'X-Requested-With': 'a test'}
    request = urllib.request.Request(
        url + path, data=json.dumps(form).encode() if form else None, headers=own | headers
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


@pytest.mark.checklist('V6.3.1')
@pytest.mark.parametrize(
    ('options', 'seen'),
    [
        ([], '127.0.0.1'),
        (['--trusted-proxies', '192.0.2.1, 2001:db8::/32'], '127.0.0.1'),
        (['--trusted-proxies', '192.0.2.1,127.0.0.1'], CLAIMED),
        (['--trusted-proxies', '127.0.0.0/8'], CLAIMED),
    ],
)
def test_only_trusted_proxies_name_an_address(
    tmp_path: Path, options: list[str], seen: str
) -> None:
    """Shows whose `X-Forwarded-For` counts: nobody's by default, not even this machine's."""
    forwarded = {'X-Forwarded-For': CLAIMED}
    with started(tmp_path, *options) as lines:
        url = address(lines)
        _, tokens = call(url, '/auth/register', FORM | {'name': 'Ada'}, **forwarded)
        bearer = {'Authorization': f'Bearer {tokens["access_token"]}'}
        _, devices = call(url, '/auth/sessions', **bearer)

    assert [device['address'] for device in devices] == [seen]


@pytest.mark.checklist('V6.3.1')
@pytest.mark.parametrize(
    ('options', 'statuses'),
    [([], [401, 401, 429, 429]), (['--trusted-proxies', '127.0.0.1'], [401] * 4)],
)
def test_claimed_addresses_buy_no_guesses(
    tmp_path: Path, options: list[str], statuses: list[int]
) -> None:
    """Shows that a thief who writes another address into each request is counted as one."""
    with started(tmp_path, '--failures-per-address', '2', *options) as lines:
        url = address(lines)
        answers = [
            call(url, '/auth/login', FORM, **{'X-Forwarded-For': f'203.0.113.{number}'})
            for number in range(4)
        ]

    assert [status for status, _ in answers] == statuses


def test_prefix_is_believed_of_nobody(client: TestClient) -> None:
    """Shows that no header makes a page load scripts from elsewhere, with our own nonce on them."""
    page = client.get('/login', headers={'X-Forwarded-Prefix': '//evil.example'})

    assert page.status_code == 200
    assert 'evil.example' not in page.text
