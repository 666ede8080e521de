"""What anybody is told about each condition, over REST and GraphQL alike: status, code, one sentence.

No answer repeats what was sent: a 422 that echoed its input would put passwords into logs. What a
validator of the host's own says is its own affair, and passed on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from .. import errors
from ..sessions.end_reasons import EndReason

RETRY_AFTER_SECONDS = 1

_REFUSALS: dict[type[errors.AuthError], tuple[HTTPStatus, str, str]] = {
    errors.InvalidInput: (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        'invalid_input',
        'Please check the marked fields.',
    ),
    errors.RegistrationClosed: (
        HTTPStatus.FORBIDDEN,
        'registration_closed',
        'Accounts are made by somebody else here.',
    ),
    errors.EmailTaken: (
        HTTPStatus.CONFLICT,
        'email_taken',
        'There is an account with this e-mail address. Sign in instead.',
    ),
    errors.InvalidCredentials: (
        HTTPStatus.UNAUTHORIZED,
        'invalid_credentials',
        'E-mail address and password do not match.',
    ),
    errors.TooManyAttempts: (
        HTTPStatus.TOO_MANY_REQUESTS,
        'too_many_attempts',
        'Too many attempts. Please wait some minutes, then try again.',
    ),
    errors.ServiceBusy: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        'retry',
        'The service is busy. Please try again.',
    ),
    errors.InvalidAccessToken: (
        HTTPStatus.UNAUTHORIZED,
        'invalid_token',
        'This call needs a valid access token.',
    ),
    errors.NoAccessToken: (
        HTTPStatus.UNAUTHORIZED,
        'invalid_token',
        'This call needs an access token.',
    ),
    errors.InvalidSocketTicket: (
        HTTPStatus.UNAUTHORIZED,
        'invalid_ticket',
        'The socket ticket is not valid.',
    ),
    errors.NoSession: (
        HTTPStatus.UNAUTHORIZED,
        'no_session',
        'Nobody is signed in at this browser.',
    ),
    errors.InvalidRefreshToken: (
        HTTPStatus.UNAUTHORIZED,
        'invalid',
        'The refresh token is not valid.',
    ),
    errors.SessionEnded: (HTTPStatus.UNAUTHORIZED, 'session_ended', 'The session has ended.'),
    errors.NoSuchSession: (HTTPStatus.NOT_FOUND, 'not_found', 'You have no session with this id.'),
    errors.DatabaseUnavailable: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        'retry',
        'The service is busy. Please try again.',
    ),
    errors.VerificationUnavailable: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        'retry',
        'The service cannot verify access tokens yet. Please try again.',
    ),
}
_FIELD_SENTENCES = {
    'missing': 'This field is required.',
    'extra_forbidden': 'This field is not known here.',
    'json_invalid': 'The body is not valid JSON.',
    'string_too_short': 'This is too short.',
    'too_short': 'This is too short.',
    'too_long': 'This is too long.',
    'model_attributes_type': 'The body is not a JSON object.',
    'string_too_long': 'This is too long.',
    'string_type': 'This must be text.',
    'string_unicode': 'This cannot be accepted.',
    'bool_type': 'This must be true or false.',
}


@dataclass(frozen=True)
class Refusal:
    """The answer to a condition; `details` are for programs."""

    status: HTTPStatus
    code: str
    title: str
    details: dict[str, Any]
    retry_after_seconds: int | None = None


INTERNAL_ERROR = Refusal(
    HTTPStatus.INTERNAL_SERVER_ERROR, 'internal_error', 'Something has gone wrong here.', {}
)


def refusal(error: errors.AuthError) -> Refusal:
    """Say how a condition is answered; a database that fails is logged here."""
    kind = next(kind for kind in type(error).__mro__ if kind in _REFUSALS)
    status, code, title = _REFUSALS[kind]
    if isinstance(error, errors.InvalidInput):
        return Refusal(status, code, title, {'errors': error.fields})
    if isinstance(error, errors.SessionEnded):
        return Refusal(status, code, title, {'reason': error.reason})
    if isinstance(error, errors.TooManyAttempts | errors.VerificationUnavailable):
        return Refusal(status, code, title, {}, error.retry_after_seconds)
    if isinstance(error, errors.ServiceBusy):
        return Refusal(status, code, title, {}, RETRY_AFTER_SECONDS)
    if isinstance(error, errors.DatabaseUnavailable):  # the cookie stays, the client comes back
        logging.getLogger('auth').error('The database did not answer: %s', error)
        return Refusal(status, code, title, {}, RETRY_AFTER_SECONDS)
    return Refusal(status, code, title, {})


def field_sentences(items: Iterable[Any], *, outside: int = 0) -> dict[str, str]:
    """Say what is wrong with each field that pydantic found; `outside`: names before the field's."""
    fields = {}
    for item in items:
        place = [str(part) for part in item['loc'][outside:]]
        name = place[0] if place and item['type'] != 'json_invalid' else 'body'
        fields[name] = _field_sentence(item['type'], item['msg'], item.get('ctx', {}))
    return fields


def _field_sentence(kind: str, message: str, context: dict[str, Any]) -> str:
    if context.get('min_length') == 1:
        kind = 'missing'
    if 'error' in context and kind != 'json_invalid':  # a validator has said why
        return str(context['error'])
    return _FIELD_SENTENCES.get(kind, message)


def spoils_cookie(error: errors.AuthError) -> bool:
    """Say whether the presented cookie can never work again, and nothing else has taken its place.

    After a logout or a new sign-in the browser has been given another answer already: this one may
    come late, and must not delete what that one has set.
    """
    if isinstance(error, errors.SessionEnded):
        return error.reason not in {EndReason.LOGOUT, EndReason.REPLACED}
    return isinstance(error, errors.InvalidRefreshToken)
