"""What is served before anybody is known."""

from __future__ import annotations

import pytest
from nicegui.testing import User

import auth


@pytest.mark.parametrize(
    ('path', 'heading'), [('/login', 'Sign in'), ('/register', 'Create account')]
)
async def test_deep_link_brings_its_page(path: str, heading: str, user: User) -> None:
    """Login and register are in the first answer; the browser needs no second one to show them."""
    answer = await user.http_client.get(path)

    assert answer.status_code == 200
    assert heading in answer.text


async def test_unknown_address_is_a_real_404(user: User) -> None:
    """Status and page agree; the addresses we do have are not found missing."""
    missing = await user.http_client.get('/no/such/page')
    there = await user.http_client.get('/dashboard')

    assert missing.status_code == 404
    assert 'Page not found' in missing.text
    assert there.status_code == 200


@pytest.mark.parametrize('path', ['/', '/login', '/register', '/dashboard'])
async def test_shell_holds_no_private_string(path: str, user: User, ada: auth.Identity) -> None:
    """Whoever asks, with whatever cookie: the HTML knows nobody."""
    answer = await user.http_client.get(path)

    assert answer.status_code == 200
    for private in (ada.name, ada.email, ada.user_id, ada.session_id):
        assert private not in answer.text
