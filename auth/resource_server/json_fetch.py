"""Fetches a small JSON document from a server we are told to trust, and from nowhere else.

https, or plain http to this machine; no redirect, no proxy, no cookie; a few seconds, a few MiB.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from ..origins import is_loopback, origin_of

FETCH_TIMEOUT_SECONDS = 2
MAX_BYTES = 2 * 1024 * 1024
_MAX_AGE = re.compile(r'\bmax-age=(\d{1,9})\b')


class FetchFailed(Exception):
    """Raised if there is no usable answer; the message says why in a word."""


@dataclass(frozen=True)
class Fetched:
    """An answer; `content` is `None` if nothing has changed since the last one."""

    content: Any
    etag: str
    max_age_seconds: int | None


class JsonAddress:
    """One address, and a connection to it that is kept open. Raises what `fetchable` raises."""

    def __init__(self, url: str) -> None:
        self._url = fetchable(url)
        self._client = _new_client()

    async def fetch(self, etag: str = '') -> Fetched:
        """Return what is there, unless it still has this `etag`. Raises `FetchFailed`."""
        headers = {'If-None-Match': etag} if etag else {}
        try:
            async with (
                asyncio.timeout(FETCH_TIMEOUT_SECONDS),
                self._client.stream('GET', self._url, headers=headers) as answer,
            ):
                if answer.status_code == HTTPStatus.NOT_MODIFIED and not etag:
                    raise FetchFailed('not_asked_for')  # a cache in between may have answered
                return await _read(answer)
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            raise FetchFailed(type(error).__name__) from error

    async def close(self) -> None:
        """Let the connection go. Fetching again would open another: an app may be served anew."""
        before, self._client = self._client, _new_client()
        await before.aclose()


def _new_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        follow_redirects=False, trust_env=False, headers={'Accept-Encoding': 'identity'}
    )


def fetchable(url: str) -> str:
    """Return `url`. Raises `ValueError` if it is neither https nor on this machine."""
    origin_of(url)
    parts = urlsplit(url)
    if parts.scheme != 'https' and not is_loopback(parts.hostname or ''):
        raise ValueError(f'{url!r} is neither https nor on this machine')
    return url


async def _read(answer: httpx.Response) -> Fetched:
    etag = answer.headers.get('ETag', '')
    found = _MAX_AGE.search(answer.headers.get('Cache-Control', ''))
    max_age_seconds = int(found[1]) if found else None
    if answer.status_code == HTTPStatus.NOT_MODIFIED:
        return Fetched(None, etag, max_age_seconds)
    if answer.status_code != HTTPStatus.OK:
        raise FetchFailed(f'status_{answer.status_code}')
    if answer.headers.get('Content-Encoding', 'identity') != 'identity':
        raise FetchFailed('compressed')  # nobody asked for it, and little may become much
    body = b''
    async for part in answer.aiter_raw():
        body += part
        if len(body) > MAX_BYTES:
            raise FetchFailed('too_large')
    return Fetched(json.loads(body), etag, max_age_seconds)
