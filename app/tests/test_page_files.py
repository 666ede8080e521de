"""The files of a page, NiceGUI's and ours, as the whole application serves them."""

from __future__ import annotations

import re

import pytest
from starlette.responses import FileResponse
from starlette.testclient import TestClient

from auth import TOKEN_HOLDER_PATH
from pages.static_files import COMPONENTS

IN_MARKUP = re.compile(r'(?:href|src)="(/[^"]+\.(?:js|css))"|url\("(/[^"]+\.css)"\)')


def test_each_file_of_a_page_is_read_once(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the second browser without them gets all files from memory (pages/kept_files.py)."""
    addresses = {a or b for a, b in IN_MARKUP.findall(client.get('/login').text)}
    first = {address: client.get(address) for address in addresses}
    monkeypatch.delattr(FileResponse, '__call__')

    second = {address: client.get(address) for address in addresses}

    assert addresses >= {TOKEN_HOLDER_PATH, COMPONENTS.path}
    assert len(addresses) > 10
    assert all(answer.status_code == 200 for answer in first.values())
    assert all(second[address].content == first[address].content for address in addresses)


def test_what_is_kept_is_not_for_strangers(client: TestClient) -> None:
    """Shows that the guard is asked before the memory is."""
    assert client.get(TOKEN_HOLDER_PATH).status_code == 200

    stranger = client.get(TOKEN_HOLDER_PATH, headers={'Host': 'evil.example'})

    assert stranger.status_code == 421


def test_page_itself_is_never_kept(client: TestClient) -> None:
    """Shows that each visit gets a page of its own, with a nonce of its own."""
    assert client.get('/login').text != client.get('/login').text
