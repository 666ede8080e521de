"""What the OpenAPI document says about a route besides its success: which problems, which token.

For the decorators of routes, as in `@router.get('/api/me', **SIGNED_IN)`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from .schemas import Problem

PROBLEM_TYPE = 'application/problem+json'
_RETRY_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
_RETRY_AFTER = {
    'Retry-After': {'description': 'in seconds', 'schema': {'type': 'integer', 'minimum': 1}}
}
_TOKEN = 'access token'  # noqa: S105


def problems(*statuses: HTTPStatus) -> dict[str, Any]:
    """Document these statuses."""
    return {'responses': {int(status): _problem(status) for status in statuses}}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an app that has our routes."""
    document: dict[str, Any] = app.openapi()
    schemes = {_TOKEN: {'type': 'http', 'scheme': 'bearer', 'bearerFormat': 'JWT'}}
    document['components']['securitySchemes'] = schemes
    for operation in (each for path in document['paths'].values() for each in path.values()):
        for status, answer in operation['responses'].items():
            if int(status) >= 400:  # FastAPI takes it for what the route answers
                (content,) = answer['content'].values()
                answer['content'] = {PROBLEM_TYPE: content}
    return document


def _problem(status: HTTPStatus) -> dict[str, Any]:
    about: dict[str, Any] = {'description': status.phrase, 'model': Problem}
    return about | ({'headers': _RETRY_AFTER} if status in _RETRY_LATER else {})


# Whatever is called, and whoever calls.
ALWAYS = problems(
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.MISDIRECTED_REQUEST,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
# Who presents something that could be guessed, or tried again and again.
THROTTLED = problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS)
REGISTERING = problems(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
_TAKES_TOKEN: dict[str, Any] = {'openapi_extra': {'security': [{_TOKEN: []}]}}
SIGNED_IN = problems(HTTPStatus.UNAUTHORIZED) | _TAKES_TOKEN
SIGNED_IN_AND_THROTTLED = THROTTLED | _TAKES_TOKEN
