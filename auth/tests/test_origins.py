"""Which origins are ours, and by which names we go."""

from __future__ import annotations

import pytest

from auth import exact_origin
from auth.origins import origins

PUBLIC = 'https://app.example.com'


@pytest.mark.parametrize(
    'text',
    [
        '*',
        'null',
        '',
        'app.example.com',
        'https://*.example.com',
        'https://app.example.com/',
        'https://app.example.com/path',
        'https://app.example.com?query',
        'https://APP.example.com',
        'https://app.example.com:443',
        'http://app.example.com:80',
        'https://app.example.com:port',
        'https://user@app.example.com',
        'ws://app.example.com',
        'file:///etc/passwd',
        'https://[::1',
        'https://bücher.example',
    ],
)
@pytest.mark.checklist('V3.4.2')
def test_inexact_origin_is_refused(text: str) -> None:
    """Shows that nothing can be listed which no browser would ever send, or too many would."""
    with pytest.raises(ValueError, match='is not an exact origin'):
        exact_origin(text)


@pytest.mark.parametrize(
    'text', [PUBLIC, 'http://localhost:4500', 'http://[::1]:8000', 'https://xn--bcher-kva.example']
)
def test_exact_origin_is_kept(text: str) -> None:
    """Shows that origins as browsers write them are taken as they are."""
    assert exact_origin(text) == text


@pytest.mark.parametrize(
    ('public', 'own'),
    [
        ('https://app.example.com/', PUBLIC),
        ('https://App.Example.com:443/path', PUBLIC),
        ('http://localhost:8000', 'http://localhost:8000'),
    ],
)
def test_own_origin_is_that_of_the_public_url(public: str, own: str) -> None:
    """Shows that the address may be given as people write it."""
    assert origins(public, []).own == own


@pytest.mark.parametrize(
    ('origin', 'scheme', 'host', 'is_own'),
    [
        (PUBLIC, 'https', 'app.example.com', True),
        (PUBLIC, 'http', 'app.example.com', True),  # a proxy speaks TLS for us
        (PUBLIC, 'http', '10.0.0.5:8000', True),
        ('http://localhost:8000', 'http', 'localhost:8000', True),
        ('http://127.0.0.1:8000', 'http', '127.0.0.1:8000', True),
        ('http://[::1]:8000', 'http', '[::1]:8000', True),
        ('http://api.localhost:8000', 'http', 'api.localhost:8000', True),
        ('http://localhost:8000', 'http', '127.0.0.1:8000', False),
        ('http://localhost:4500', 'http', 'localhost:8000', False),
        ('https://localhost:8000', 'http', 'localhost:8000', False),
        ('http://app.example.com', 'http', 'app.example.com', False),
        ('https://evil.example', 'https', 'evil.example', False),
        ('https://app.example.com.evil.example', 'https', 'app.example.com', False),
        ('https://app.example.com:8443', 'https', 'app.example.com:8443', False),
        ('null', 'https', 'app.example.com', False),
        ('', 'https', 'app.example.com', False),
    ],
)
@pytest.mark.checklist('V3.5.1', 'V4.4.2')
def test_own_origin_is_public_or_loopbacks(
    origin: str, scheme: str, host: str, is_own: bool
) -> None:
    """Shows that the request's own address counts only where its name cannot be given away."""
    assert origins(PUBLIC, []).is_own(origin, scheme, host) is is_own


@pytest.mark.parametrize(
    ('host', 'is_known'),
    [
        ('app.example.com', True),
        ('app.example.com:8443', True),
        ('APP.example.com', True),
        ('localhost:8000', True),
        ('127.0.0.1:8000', True),
        ('[::1]:8000', True),
        ('192.0.2.7', True),
        ('evil.example', False),
        ('evil.example:8000', False),
        ('app.example.com.evil.example', False),
        ('localhost.evil.example', False),
        ('127.0.0.1.evil.example', False),
        ('[::1', False),
        ('', False),
    ],
)
@pytest.mark.checklist('V3.5.1')
def test_stranger_cannot_lend_us_a_name(host: str, is_known: bool) -> None:
    """Shows that DNS rebinding, which needs a name of the stranger's, gets no answer."""
    assert origins(PUBLIC, []).knows_host(host) is is_known
