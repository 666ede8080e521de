"""What anybody may read: public keys, which sessions have ended, whether the server is ready."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from ..tokens.signing_keys import JWKS_MAX_AGE_SECONDS
from .dependencies import Backend
from .documented import ALWAYS

JWKS_PATH = '/.well-known/jwks.json'
ENDED_SESSIONS_PATH = '/.well-known/ended-sessions'

router = APIRouter(**ALWAYS)


class JwkSet(JSONResponse):
    """Public keys (RFC 7517)."""

    media_type = 'application/jwk-set+json'


@router.get(JWKS_PATH, response_class=JwkSet)
async def jwks(backend: Backend) -> JwkSet:
    """Publish the public keys."""
    return JwkSet(
        {'keys': backend.signed_tokens.public_keys()},
        headers={'Cache-Control': f'max-age={JWKS_MAX_AGE_SECONDS}'},
    )


@router.get('/healthz')
async def healthz(backend: Backend) -> dict[str, str]:
    """Say whether the server and its database are ready."""
    await run_in_threadpool(backend.database.ping)
    return {'status': 'ready'}


@router.get(ENDED_SESSIONS_PATH, responses={304: {'description': 'Nothing has changed.'}})
async def ended_sessions(request: Request, backend: Backend) -> Response:
    """List digests of sessions that ended while their access tokens may still live."""
    edition = await run_in_threadpool(backend.ended_list.current)
    headers = {'Cache-Control': 'no-store', 'ETag': edition.etag}
    if request.headers.get('If-None-Match') == edition.etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(edition.body, headers=headers, media_type='application/json')
