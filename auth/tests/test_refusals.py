"""Whatever the auth backend raises, a host's own route can answer it."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path

import pytest

import auth
from auth import errors
from auth.http.refusals import refusal

API_JS = Path(auth.__file__).parent / 'browser' / 'api.js'

CONDITIONS = [
    errors.InvalidInput({'name': 'This field is required.'}),
    errors.WrongPassword('current_password'),
    errors.TooManyAttempts(7),
    errors.SessionEnded('logout'),
    errors.VerificationUnavailable('no keys yet', 7),
    errors.ServiceBusy(),
    errors.EmailTaken(),
    errors.RegistrationClosed(),
    errors.InvalidCredentials(),
    errors.InvalidAccessToken(),
    errors.NoAccessToken(),
    errors.InvalidSocketTicket(),
    errors.NoSession(),
    errors.InvalidRefreshToken(),
    errors.NoSuchSession(),
    errors.DatabaseUnavailable(),
]


@pytest.mark.parametrize('condition', CONDITIONS, ids=lambda error: type(error).__name__)
def test_condition_has_a_status_a_code_and_a_sentence(condition: auth.AuthError) -> None:
    """Shows that none ends in a 500, not even one that no route of ours raises."""
    answer = refusal(condition)

    assert answer.status >= HTTPStatus.BAD_REQUEST
    assert answer.status != HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.code
    assert answer.title.endswith('.')


def test_no_condition_is_missing_here() -> None:
    """Shows that the list above is complete."""
    kinds = {
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, auth.AuthError)
    }
    assert kinds - {type(each) for each in CONDITIONS} == {auth.AuthError}


def test_browser_knows_the_codes_that_end_a_session() -> None:
    """Shows that a "no" of the refresh signs out, and that nothing else is taken for one."""
    (listed,) = re.findall(r'SESSION_IS_OVER = new Set\(\[(.*?)\]\)', API_JS.read_text('utf-8'))

    ends = [errors.NoSession(), errors.InvalidRefreshToken(), errors.SessionEnded('replay')]
    assert set(re.findall(r'\w+', listed)) == {refusal(each).code for each in ends}
