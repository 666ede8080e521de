"""What follows from settings, and which of them are refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings

PORT = 18_001


def settings(**given: Any) -> Settings:
    """Read settings as they are given, without the command line of the tests."""
    return Settings(**given, _cli_parse_args=False)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ('given', 'name'),
    [
        ({}, f'refresh-{PORT}'),
        ({'host': '127.0.0.1'}, f'refresh-{PORT}'),
        ({'public_url': 'https://app.example.com'}, 'refresh'),
        ({'public_url': 'http://localhost:8080'}, 'refresh-8080'),
        ({'host': '0.0.0.0'}, 'refresh'),
        ({'serve': 'pages', 'auth_url': 'http://localhost:4500'}, 'refresh-4500'),
        ({'serve': 'pages', 'auth_url': 'https://auth.example.com'}, 'refresh'),
    ],
)
def test_cookie_is_named_after_the_address_that_people_know(
    given: dict[str, Any], name: str
) -> None:
    """Another process behind the same proxy must know it; another app on this machine must not."""
    assert settings(**given).cookie_name(PORT) == name


@pytest.mark.parametrize(
    'url', ['http://localhost:8000/', 'https://app.example.com/login', 'HTTPS://app.example.com']
)
@pytest.mark.parametrize('name', ['public_url', 'auth_url'])
def test_addresses_are_origins(name: str, url: str) -> None:
    """Tokens name their issuer to the letter: with a slash more, no service would take one."""
    with pytest.raises(ValidationError, match='not an exact origin'):
        settings(**{'serve': 'pages' if name == 'auth_url' else 'all', name: url})


@pytest.mark.parametrize('name', ['session_idle_seconds', 'session_absolute_seconds'])
@pytest.mark.parametrize('seconds', ['inf', 'nan', '0'])
def test_times_have_an_end(name: str, seconds: str) -> None:
    """Nothing could be stored that ends never."""
    with pytest.raises(ValidationError, match=name):
        settings(**{name: seconds})
