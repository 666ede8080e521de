"""Conditions as HTTP answers: RFC 9457 problems. What each says is in `refusals.py`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException

from .. import errors
from ..api_paths import is_api_path
from ..refresh_cookie import RefreshCookie
from .refusals import INTERNAL_ERROR, field_sentences, refusal, spoils_cookie

MAX_BODY_BYTES = 16 * 1024
REFRESH_PATH = '/auth/refresh'

_HTTP_PROBLEMS = {
    400: ('bad_request', 'The request could not be read.'),
    401: ('unauthorized', 'This is for people who are signed in.'),
    403: ('forbidden_origin', 'This call must come from a page of our own or of a listed origin.'),
    404: ('not_found', 'There is nothing at this address.'),
    405: ('method_not_allowed', 'This address does not take this method.'),
    409: ('conflict', 'This does not go with what is there already.'),
    413: ('body_too_large', f'The body may have at most {MAX_BODY_BYTES} bytes.'),
    415: ('unsupported_media_type', 'This address does not take this type of content.'),
    421: ('unknown_host', 'This server does not go by that name.'),
}
_OTHER_PROBLEM = ('error', 'This cannot be done.')
_PHRASES = [status.phrase for status in HTTPStatus]
_WITHOUT_BODY = {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
# Where a route of the host's says it, and not a guard in front of all routes, or a route of ours.
_PROBLEMS_OF_ROUTES = _HTTP_PROBLEMS | {
    403: ('forbidden', 'You may not do this.'),
    413: ('body_too_large', 'This is too large.'),
}


def add_problem_handlers(app: FastAPI, cookie: RefreshCookie | None = None) -> None:
    """Register the handlers for everything that may go wrong on a route of ours.

    A service that only verifies access tokens has no refresh `cookie`.
    """

    async def auth_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.AuthError)  # noqa: S101
        response = _of_auth_error(error)
        if cookie and request.url.path == REFRESH_PATH and spoils_cookie(error):
            cookie.delete(response)
        return response

    app.add_exception_handler(errors.AuthError, auth_error)
    app.add_exception_handler(RequestValidationError, _invalid_input)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _crash)  # the server logs it all the same


async def _crash(request: Request, _error: Exception) -> Response:
    if is_api_path(request.scope):
        return problem(INTERNAL_ERROR.status, INTERNAL_ERROR.code, INTERNAL_ERROR.title)
    return PlainTextResponse(INTERNAL_ERROR.status.phrase, INTERNAL_ERROR.status)


def problem(status: int, code: str, title: str, **more: Any) -> JSONResponse:
    """Build a problem answer."""
    content = {'type': 'about:blank', 'status': status, 'code': code, 'title': title, **more}
    return JSONResponse(content, status, media_type='application/problem+json')


def http_problem(status: int, title: str | None = None) -> JSONResponse:
    """Build the problem for a bare HTTP status, with its own title unless another says more."""
    code, usual_title = _HTTP_PROBLEMS.get(status, _OTHER_PROBLEM)
    return problem(status, code, title or usual_title)


def _of_auth_error(error: errors.AuthError) -> JSONResponse:
    refused = refusal(error)
    response = problem(refused.status, refused.code, refused.title, **refused.details)
    if refused.retry_after_seconds is not None:
        response.headers['Retry-After'] = str(refused.retry_after_seconds)
    if isinstance(error, errors.NoAccessToken):
        response.headers['WWW-Authenticate'] = 'Bearer'  # RFC 6750, 3.1: nothing was presented
    elif isinstance(error, errors.InvalidAccessToken | errors.SessionEnded):
        response.headers['WWW-Authenticate'] = 'Bearer error="invalid_token"'
    return response


async def _invalid_input(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return _of_auth_error(errors.InvalidInput(field_sentences(error.errors(), outside=1)))


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status, said = error.status_code, error.detail
    if status in _WITHOUT_BODY:
        return Response(status_code=status, headers=error.headers)
    code, title = _PROBLEMS_OF_ROUTES.get(status, _OTHER_PROBLEM)
    details = {} if said in _PHRASES else {'detail': said}  # Starlette's own: nobody has said more
    response = problem(status, code, title, **details)
    response.headers.update(error.headers or {})
    return response
