"""Whatever arrives as cookie, token or ticket: the parsers know it, or say so in their own words.

    FUZZ_EXAMPLES=250000 python -m pytest auth/tests/test_fuzz.py

tries a million inputs instead of some hundreds.
"""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import pytest
from fastapi import Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth import AuthBackend, InvalidSocketTicket, SessionEnded
from auth.errors import InvalidAccessToken, InvalidRefreshToken
from auth.identity import Identity

from .browser import COOKIE, Browser

EXAMPLES = int(os.environ.get('FUZZ_EXAMPLES', '200'))
PAGE = 'the page'

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
HEADER_NAMES = st.sampled_from(['alg', 'typ', 'kid', 'jwk', 'jku', 'x5u', 'crit', 'b64', 'zip'])
CLAIM_NAMES = st.sampled_from(
    ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'nbf', 'client_id', 'scope']
)


def fuzz(examples: int = EXAMPLES) -> settings:
    """Return how many inputs to try, and that they may take their time."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def mutations(genuine: str) -> st.SearchStrategy[str]:
    """Cut something out of a genuine text, and put something else in its place."""
    place = st.integers(0, len(genuine))
    filling = st.text(max_size=12) | st.text('.-_=AZaz09', max_size=12)
    return st.tuples(place, place, filling).map(
        lambda parts: genuine[: min(parts[:2])] + parts[2] + genuine[max(parts[:2]) :]
    )


def segment(content: dict[str, Any]) -> str:
    """Write one part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b'=').decode()


def contents(segment: str) -> dict[str, Any]:
    """Read one part of a JWT."""
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(segment + '=='))
    return read


def forgeries(genuine: str) -> st.SearchStrategy[str]:
    """Change headers and claims of a genuine JWT, or what it looks like; or make something up."""
    header, payload, signature = genuine.split('.')

    def write(changes: tuple[dict[str, Any], dict[str, Any]]) -> str:
        first, second = contents(header) | changes[0], contents(payload) | changes[1]
        return f'{segment(first)}.{segment(second)}.{signature}'

    headers = st.dictionaries(HEADER_NAMES, JSON_VALUES, max_size=3)
    claims = st.dictionaries(CLAIM_NAMES, JSON_VALUES, max_size=3)
    return st.tuples(headers, claims).map(write) | mutations(genuine) | st.text(max_size=200)


@pytest.mark.databases('sqlite')
def test_cookie_is_a_token_or_invalid(signed_in: Browser, backend: AuthBackend) -> None:
    """A well-formed one that is not ours is refused by its secret, and changes nothing."""
    genuine = signed_in.jar

    @fuzz()
    @given(mutations(genuine) | st.text(max_size=200))
    def check(text: str) -> None:
        if text != genuine:
            with pytest.raises(InvalidRefreshToken):
                backend.rotation.refresh(text)

    check()
    assert signed_in.refresh().json()['outcome'] == 'rotated'


@pytest.mark.databases('sqlite')
def test_cookie_header_is_read_whatever_it_holds(backend: AuthBackend) -> None:
    """Bytes that are no cookies are no cookie of ours."""

    @fuzz()
    @given(st.binary(max_size=200) | st.binary(max_size=60).map((COOKIE + '=').encode().__add__))
    def check(header: bytes) -> None:
        request = Request({'type': 'http', 'headers': [(b'cookie', header)]})
        assert isinstance(backend.cookie.read(request), str | None)

    check()


@pytest.mark.databases('sqlite')
def test_access_token_is_ours_or_invalid(signed_in: Browser, backend: AuthBackend) -> None:
    """Nothing but what we have signed names a session."""
    genuine, session_id = signed_in.access_token, signed_in.session_id

    @fuzz()
    @given(forgeries(genuine))
    def check(text: str) -> None:
        try:
            assert backend.access_tokens.session_id(text) == session_id
        except InvalidAccessToken:
            return
        assert text.rpartition('.')[0] == genuine.rpartition('.')[0]  # what is signed is the same

    check()


@pytest.mark.databases('sqlite')
def test_ticket_is_ours_or_invalid(signed_in: Browser, backend: AuthBackend) -> None:
    """Nothing but what we have signed binds a page, and that once."""
    genuine = signed_in.ticket(PAGE).json()['ticket']
    bound: list[Identity] = []

    @fuzz()
    @given(forgeries(genuine))
    def check(text: str) -> None:
        try:
            bound.append(backend.socket_tickets.redeem(text, PAGE))
        except (InvalidSocketTicket, SessionEnded):
            return
        assert text.rpartition('.')[0] == genuine.rpartition('.')[0]

    check()
    assert len(bound) <= 1
