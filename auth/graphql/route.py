"""`POST /graphql`: a document in, one answer out. What can be asked for is in `schema.py`.

HTTP says whether the document was run: 200 if so, whatever came of it, 400 with `errors` if it could
not be. What is no GraphQL request gets the same problem as anywhere else (`http/problems.py`). Each
error's `extensions` hold what the problem over REST holds: `status`, `code`, `reason`, `errors`,
`retry_after_seconds`.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from graphql import GraphQLError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from ..errors import AuthError
from ..http.dependencies import Backend, BearerToken, CallingBrowser
from ..http.problems import MAX_BODY_BYTES
from ..http.refusals import INTERNAL_ERROR, Refusal, refusal
from .limits import BadDocument, check
from .schema import Asked, Schema, build_schema

GRAPHQL_PATH = '/graphql'
JSON = 'application/json'
GRAPHQL_JSON = 'application/graphql-response+json'  # for those who ask for it

_BAD_DOCUMENT = Refusal(
    HTTPStatus.BAD_REQUEST,
    'bad_document',
    'This document does not fit the schema, or asks for too much.',
    {},
)


async def _demand_json(request: Request) -> None:
    """Refuse what a form of another site could send. Raises `HTTPException` (415)."""
    if request.headers.get('Content-Type', '').partition(';')[0].strip().lower() != JSON:
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f'Send {JSON}.')


router = APIRouter(max_body_size=MAX_BODY_BYTES, dependencies=[Depends(_demand_json)])


class Document(BaseModel):
    """What clients send; `extensions` is theirs, and not looked at."""

    model_config = ConfigDict(extra='forbid', strict=True, hide_input_in_errors=True)

    query: str
    variables: dict[str, Any] | None = None
    operationName: str | None = None  # noqa: N815
    extensions: dict[str, Any] | None = None


async def _served_schema(request: Request) -> Schema:
    schema: Schema = request.app.state.auth_graphql
    return schema


async def _asked(backend: Backend, caller: CallingBrowser, token: BearerToken) -> Asked:
    return Asked(backend, caller, token)


def add_graphql(app: FastAPI, *, introspection: bool) -> None:
    """Serve GraphQL at `/graphql`, to those whom the guards let through."""
    app.state.auth_graphql = build_schema(introspection=introspection)
    app.router.routes.extend(router.routes)


@router.post(GRAPHQL_PATH, include_in_schema=False)
async def graphql(
    request: Request,
    document: Document,
    schema: Annotated[Schema, Depends(_served_schema)],
    asked: Annotated[Asked, Depends(_asked)],
) -> Response:
    """Execute a document."""
    content = await _execute(schema, document, asked)
    status = HTTPStatus.OK if 'data' in content else HTTPStatus.BAD_REQUEST
    media_type = GRAPHQL_JSON if GRAPHQL_JSON in request.headers.get('Accept', '') else JSON
    response = JSONResponse(content, status, {'Cache-Control': 'no-store'}, media_type)
    if asked.write_cookie:
        asked.write_cookie(response)
    return response


async def _execute(schema: Schema, document: Document, asked: Asked) -> dict[str, Any]:
    """Return the answer; one without `data` says that nothing was run (GraphQL, 7.1.2)."""
    try:
        check(document.query, document.operationName)
    except BadDocument:
        return {'errors': [_error(_BAD_DOCUMENT)]}
    result = await schema.execute(
        document.query, document.variables, asked, operation_name=document.operationName
    )
    failed = result.errors or []
    content: dict[str, Any] = {'errors': [_error_out(error) for error in failed]} if failed else {}
    if all(error.path for error in failed):
        content['data'] = result.data
    return content


def _error_out(error: GraphQLError) -> dict[str, Any]:
    """Say what went wrong. GraphQL's own sentences quote the document, and passwords with it."""
    if not error.path:
        places = [place.formatted for place in error.locations or []]
        return _error(_BAD_DOCUMENT) | ({'locations': places} if places else {})
    return _error(_refusal(error.original_error)) | {'path': error.path}


def _refusal(error: Exception | None) -> Refusal:
    if isinstance(error, AuthError):
        return refusal(error)
    if error is None or isinstance(error, GraphQLError):  # an argument that only now proves wrong
        return _BAD_DOCUMENT
    logging.getLogger('auth').error('A GraphQL call has failed.', exc_info=error)
    return INTERNAL_ERROR


def _error(refused: Refusal) -> dict[str, Any]:
    extensions = {'status': refused.status, 'code': refused.code, **refused.details}
    if refused.retry_after_seconds is not None:
        extensions['retry_after_seconds'] = refused.retry_after_seconds
    return {'message': refused.title, 'extensions': extensions}
