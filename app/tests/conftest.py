"""The whole application, once: NiceGUI cannot be installed anew in a process that has served it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

import auth
from app.create import create_app
from app.settings import Settings

PORT = 8000
ORIGIN = f'http://localhost:{PORT}'
OUR_PAGE = {'Origin': ORIGIN, auth.CLIENT_HEADER: 'tests'}
MANY = 10_000


@pytest.fixture(scope='session')
def served(tmp_path_factory: pytest.TempPathFactory) -> auth.ResponseHeaders:
    """As it is served; with faults, so that none of its routes is missing."""
    folder = tmp_path_factory.mktemp('served')
    values = {'data_dir': folder, 'faults': True, 'registrations_per_hour': MANY}
    app, _ = create_app(Settings.model_validate(values), PORT)
    return app


@pytest.fixture(scope='session')
def client(served: auth.ResponseHeaders) -> Iterator[TestClient]:
    """Call it over its own name, without following redirects."""
    with TestClient(served, base_url=ORIGIN, follow_redirects=False) as client:
        yield client
