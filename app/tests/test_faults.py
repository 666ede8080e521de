"""Faults on order: each does what it says, once, and there are none unless asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.faults import CLOCK_PATH, ORDERS_PATH, MovableClock, install_faults
from app.settings import Settings
from app.start_up import greet

ORDER = {'path': '/work', 'fault': 'unavailable'}


@pytest.fixture
def served() -> list[str]:
    """Collect what the application was asked to do."""
    return []


@pytest.fixture
def app() -> FastAPI:
    """An application without routes yet."""
    return FastAPI()


@pytest.fixture
def clock(app: FastAPI) -> MovableClock:
    """The clock of the application, which takes orders now."""
    return install_faults(app)


@pytest.fixture
def client(app: FastAPI, clock: MovableClock, served: list[str]) -> Iterator[TestClient]:
    """Call an application through its faults."""

    @app.post('/work')
    async def work() -> str:
        served.append('work')
        return 'done'

    with TestClient(app) as client:
        yield client


def test_query_belongs_to_the_address(client: TestClient) -> None:
    """Operations that share a path, and are told apart by the query, fail one by one."""
    assert client.put(ORDERS_PATH, json=[ORDER | {'path': '/work?hard'}]).status_code == 204

    statuses = [client.post(path).status_code for path in ('/work', '/work?well', '/work?hard')]

    assert statuses == [200, 200, 503]


def test_refusal_serves_nothing(client: TestClient, served: list[str]) -> None:
    """As often as ordered, the request is answered 503 and not served; then all is as before."""
    assert client.put(ORDERS_PATH, json=[ORDER | {'times': 2}]).status_code == 204

    refused = [client.post('/work') for _ in range(2)]

    assert [answer.status_code for answer in refused] == [503, 503]
    assert [answer.headers['Retry-After'] for answer in refused] == ['1', '1']
    assert served == []
    assert client.post('/work').json() == 'done'


@pytest.mark.parametrize('fault', ['delay', 'delay_answer'])
def test_delay_delays(fault: str, client: TestClient, served: list[str]) -> None:
    """The answer is the right one, and it is late."""
    client.put(ORDERS_PATH, json=[ORDER | {'fault': fault, 'seconds': 0.2}])
    asked_at = time.monotonic()

    assert client.post('/work').json() == 'done'

    assert time.monotonic() - asked_at >= 0.2
    assert served == ['work']


def test_other_paths_are_spared(client: TestClient) -> None:
    """A fault waits for its own path."""
    client.put(ORDERS_PATH, json=[ORDER])

    assert client.get('/elsewhere').status_code == 404
    assert client.post('/work').status_code == 503


def test_empty_order_ends_all_faults(client: TestClient) -> None:
    """What was ordered before is forgotten."""
    client.put(ORDERS_PATH, json=[ORDER | {'times': 100}])
    client.put(ORDERS_PATH, json=[])

    assert client.post('/work').json() == 'done'


@pytest.mark.parametrize(
    'wrong',
    [{'fault': 'explode'}, {'times': 0}, {'seconds': -1}, {'at': 'before 0'}, {'who': 'me'}],
)
def test_wrong_order_is_refused(wrong: dict[str, object], client: TestClient) -> None:
    """A fault that would never happen must not be taken for one that did not."""
    assert client.put(ORDERS_PATH, json=[ORDER | wrong]).status_code == 422

    assert client.post('/work').json() == 'done'


def test_clock_goes_ahead_and_back(client: TestClient, clock: MovableClock) -> None:
    """The clock keeps going, as far ahead as was ordered last."""
    assert abs(clock() - time.time()) < 1

    assert client.put(CLOCK_PATH, json={'ahead_seconds': 7200}).status_code == 204
    assert 7199 < clock() - time.time() < 7201

    client.put(CLOCK_PATH, json={'ahead_seconds': 0})
    assert abs(clock() - time.time()) < 1


@pytest.mark.parametrize('wrong', [{}, {'ahead_seconds': 'much'}, {'ahead_seconds': 1e12}, [7200]])
def test_wrong_clock_order_is_refused(
    wrong: object, client: TestClient, clock: MovableClock
) -> None:
    """An order that is not understood leaves the clock alone."""
    assert client.put(CLOCK_PATH, json=wrong).status_code == 422

    assert clock.ahead_seconds == 0


def test_faults_are_announced(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever starts the server so reads it at once; whoever does not, reads nothing of the kind."""
    greet(Settings.model_validate({'faults': True}), 'http://localhost:8000', [])
    assert 'FAULTS ARE ON' in capsys.readouterr().out

    greet(Settings.model_validate({}), 'http://localhost:8000', [])
    assert 'FAULTS' not in capsys.readouterr().out


def test_faults_need_loopback() -> None:
    """No setting lets other machines end this server."""
    with pytest.raises(ValidationError, match='on loopback'):
        Settings.model_validate({'faults': True, 'host': '0.0.0.0'})
    for proxy in ({'public_url': 'https://app.example.com'}, {'trusted_proxies': '127.0.0.1'}):
        with pytest.raises(ValueError, match='no proxy'):
            Settings.model_validate({'faults': True, **proxy})
