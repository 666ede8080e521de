"""The list of sessions that have ended lately, for services that verify access tokens themselves."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from .dependencies import Backend
from .documented import ALWAYS

router = APIRouter(**ALWAYS)

ENDED_SESSIONS_PATH = '/.well-known/ended-sessions'


@router.get(ENDED_SESSIONS_PATH, responses={304: {'description': 'Nothing has changed.'}})
async def ended_sessions(request: Request, backend: Backend) -> Response:
    """List digests of sessions that ended while their access tokens may still live."""
    edition = await run_in_threadpool(backend.ended_list.current)
    headers = {'Cache-Control': 'no-store', 'ETag': edition.etag}
    if request.headers.get('If-None-Match') == edition.etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(edition.body, headers=headers, media_type='application/json')
