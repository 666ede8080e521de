"""Whatever arrives as document and variables: an answer in our own words, no crash, nothing in the log.

    FUZZ_EXAMPLES=10000 python -m pytest auth/tests/test_graphql_fuzz.py

tries more than some hundreds.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest
from fastapi import FastAPI
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from auth import AttemptLimits, AuthBackend, AuthSettings

from .browser import ORIGIN
from .graphql import LOGIN, ME, REFRESH, REGISTER, SESSIONS, GraphqlBrowser
from .test_fuzz import JSON_VALUES, fuzz

MANY = 1_000_000
DOCUMENTS = [REGISTER, LOGIN, REFRESH, ME, SESSIONS, 'mutation { logout }']
SIGNS = st.text('{}()[]!:$"\\#.=a1,\n\0\ud800', min_size=1, max_size=4)
WORDS = st.sampled_from(['"""', '...', '1e999', ' null ', ' a: ', ' __typename ', ' subscription '])
PHRASES = st.sampled_from(
    [' on Query ', ' fragment A ', ' query B ', ' @skip(if: true) ', ' __schema ']
)
PIECES = st.text(max_size=5) | SIGNS | WORDS | PHRASES
CHANGES = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 8), PIECES), max_size=4)
FIELDS = {
    'name': st.just('Ada') | JSON_VALUES,
    'email': st.just('ada@example.com') | JSON_VALUES,
    'password': st.just('nine purple herons over Ghent') | JSON_VALUES,
    'stay_signed_in': st.booleans() | JSON_VALUES,
}
VARIABLES = st.none() | st.fixed_dictionaries({}, optional=FIELDS)


@pytest.fixture
def settings(settings: AuthSettings) -> AuthSettings:
    """Serve GraphQL, as often as asked."""
    limits = AttemptLimits(
        failures_per_account=MANY, failures_per_address=MANY, registrations_per_hour=MANY
    )
    return replace(settings, graphql=True, attempts=limits)


def changed(document: str, changes: list[tuple[int, int, str]]) -> str:
    """Cut some characters out here and there, and put something else in their place."""
    for place, length, piece in changes:
        document = document[:place] + piece + document[place + length :]
    return document


@pytest.mark.databases('sqlite')
def test_every_document_gets_an_answer(
    app: FastAPI, backend: AuthBackend, caplog: pytest.LogCaptureFixture
) -> None:
    """Good, bad or nonsense: the code is one of ours, and never that something has gone wrong here."""
    codes: set[str] = set()

    with TestClient(app, base_url=ORIGIN) as client:
        headers = GraphqlBrowser(client).client.headers | {'Content-Type': 'application/json'}

        @fuzz()
        @example(ME, [], None)
        @example(REFRESH, [], None)
        @example('', [], None)
        @given(st.sampled_from(DOCUMENTS), CHANGES, VARIABLES)
        def check(document: str, changes: list[tuple[int, int, str]], variables: object) -> None:
            content = json.dumps({'query': changed(document, changes), 'variables': variables})
            answer = client.post('/graphql', content=content, headers=headers)

            assert answer.status_code in {200, 400}
            errors = answer.json().get('errors', [])
            codes.update(error['extensions']['code'] for error in errors)

        check()

    assert codes >= {'bad_document', 'invalid_token', 'no_session'}
    assert 'internal_error' not in codes
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
