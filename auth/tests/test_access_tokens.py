"""Access tokens: what opens the API, what does not, and what a token says about its user."""

from __future__ import annotations

import base64
import hmac
import socket
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth import AuthBackend, AuthSettings, InvalidSocketTicket, Keys

from . import forge
from .browser import Account, Browser, bearer
from .clock import JUST, START, Clock
from .conftest import Serve

pytestmark = pytest.mark.databases('sqlite')  # no token is ever stored
GONE: Any = object()  # in a change: the header or claim is left out
ATTACKER = Ed25519PrivateKey.generate()
ATTACKER_JWK = {
    'kty': 'OKP',
    'crv': 'Ed25519',
    'x': base64.urlsafe_b64encode(ATTACKER.public_key().public_bytes_raw()).rstrip(b'=').decode(),
}


@dataclass(frozen=True)
class Forgery:
    """How a token differs from a genuine one. `signer`: who signs it, and how."""

    name: str
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    signer: str = 'ours'


FORGERIES = [
    # Signatures (RFC 8725, 2.1 and 3.1; ASVS 9.1.1 to 9.1.3)
    *(Forgery(f'alg {alg}', {'alg': alg}, signer='nobody') for alg in ('none', 'None', 'NONE')),
    Forgery('alg nOnE, signed', {'alg': 'nOnE'}),
    Forgery('alg missing', {'alg': GONE}),
    Forgery('HS256 with the public key as PEM', {'alg': 'HS256'}, signer='hmac pem'),
    Forgery('HS256 with the public key bytes', {'alg': 'HS256'}, signer='hmac raw'),
    Forgery('empty signature', signer='nobody'),
    Forgery("attacker's key under our kid", signer='attacker'),
    Forgery("attacker's key with its jwk", {'jwk': ATTACKER_JWK}, signer='attacker'),
    Forgery('jku', {'jku': 'https://evil.example/jwks.json'}, signer='attacker'),
    Forgery('x5u', {'x5u': 'https://evil.example/x5u.pem'}, signer='attacker'),
    Forgery('jwk and its kid', {'jwk': ATTACKER_JWK, 'kid': 'evil'}, signer='attacker'),
    Forgery('unknown critical header', {'crit': ['evil'], 'evil': True}),
    # Keys
    Forgery('kid unknown', {'kid': 'another'}),
    Forgery('kid missing', {'kid': GONE}),
    Forgery('kid empty', {'kid': ''}),
    Forgery('kid a list', {'kid': ['another']}),
    Forgery('kid a number', {'kid': 7}),
    Forgery('kid a path', {'kid': '../../dev/null'}),
    # Types
    Forgery('typ missing', {'typ': GONE}),
    Forgery('typ JWT', {'typ': 'JWT'}),
    Forgery('typ of a ticket', {'typ': 'socket-ticket+jwt'}),
    # Times
    Forgery('expired', claims={'exp': START}),
    Forgery('issued in the future', claims={'iat': START + 6}),
    Forgery('not yet valid', claims={'nbf': START + 6}),
    Forgery('exp as text', claims={'exp': str(START + 600)}),
    Forgery('exp endless', claims={'exp': float('inf')}),
    Forgery('exp true', claims={'exp': True}),
    # Claims
    *(
        Forgery(f'{claim} missing', claims={claim: GONE})
        for claim in ('iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp')
    ),
    Forgery('aud a list', claims={'aud': ['api']}),
    Forgery('aud of a ticket', claims={'aud': 'socket'}),
    Forgery('iss another', claims={'iss': 'https://evil.example'}),
    Forgery('iss a list', claims={'iss': ['https://testserver']}),
    Forgery('sid a number', claims={'sid': 7}),
    Forgery('sid a list', claims={'sid': ['another']}),
    Forgery('sub a list', claims={'sub': ['another']}),
]


def sign(signer: str, keys: Keys, message: bytes) -> bytes:
    """Sign a message as the signer would."""
    public = keys.signing.active(0).public
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    match signer:
        case 'ours':
            return keys.signing.active(0).private.sign(message)
        case 'attacker':
            return ATTACKER.sign(message)
        case 'hmac pem':
            return hmac.digest(pem, message, 'sha256')
        case 'hmac raw':
            return hmac.digest(public.public_bytes_raw(), message, 'sha256')
        case _:
            return b''


def forged(forgery: Forgery, genuine: str, keys: Keys) -> str:
    """Return the genuine token with the forgery's differences."""
    header, claims = forge.decode(genuine)
    return forge.encode(
        changed(header, forgery.header),
        changed(claims, forgery.claims),
        lambda message: sign(forgery.signer, keys, message),
    )


def changed(part: forge.Part, change: forge.Part) -> forge.Part:
    """Return header or claims after a change."""
    return {name: value for name, value in (part | change).items() if value is not GONE}


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Collect the addresses that anybody tries to reach."""
    addresses: list[object] = []

    def refuse(_socket: socket.socket, address: object) -> None:
        addresses.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, 'connect', refuse)
    return addresses


@pytest.mark.parametrize(('behind_seconds', 'status'), [(5, 200), (6, 401)])
def test_servers_clocks_may_differ_a_little(
    signed_in: Browser,
    serve: Serve,
    settings: AuthSettings,
    clock: Clock,
    behind_seconds: int,
    status: int,
) -> None:
    """Shows that a token is good at once at another server, whose clock is a little behind."""
    other = serve(replace(settings, clock=lambda: clock() - behind_seconds))

    assert other.me(signed_in.access_token).status_code == status


@pytest.mark.parametrize('forgery', FORGERIES, ids=lambda forgery: forgery.name)
@pytest.mark.checklist('V9.1.1', 'V9.2.1', 'kid')
def test_forged_token_opens_nothing(
    signed_in: Browser, keys: Keys, connections: list[object], forgery: Forgery
) -> None:
    """Shows that a token with one thing wrong is refused, without asking anybody outside."""
    token = forged(forgery, signed_in.access_token, keys)

    answer = signed_in.me(token)

    assert answer.status_code == 401
    assert answer.json()['code'] == 'invalid_token'
    assert answer.headers['WWW-Authenticate'] == 'Bearer error="invalid_token"'
    assert token not in answer.text
    assert connections == []


def test_token_with_nothing_wrong_is_accepted(
    signed_in: Browser, keys: Keys, connections: list[object]
) -> None:
    """Shows that the table above is about its differences: the same hands write a good token."""
    token = forged(Forgery('none'), signed_in.access_token, keys)

    answer = signed_in.me(token)

    assert answer.status_code == 200
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(('192.0.2.1', 443))  # RFC 5737: nobody lives there
    assert len(connections) == 1


@pytest.mark.checklist('V9.1.1')
def test_payload_cannot_be_swapped(
    signed_in: Browser, phone: Browser, grace: Account, keys: Keys
) -> None:
    """Shows that one user's signature does not hold for another user's claims."""
    phone.register(grace)
    header, claims, _ = signed_in.access_token.split('.')
    signature = phone.access_token.split('.')[2]

    answer = phone.me(f'{header}.{claims}.{signature}')

    assert answer.json()['code'] == 'invalid_token'
    assert phone.me().status_code == 200


@pytest.mark.parametrize(('age', 'status'), [(600 - JUST, 200), (600, 401)])
def test_token_lives_for_ten_minutes(
    signed_in: Browser, clock: Clock, age: float, status: int
) -> None:
    """Shows the expiry at its edge."""
    clock.advance(age)

    assert signed_in.me().status_code == status


@pytest.mark.parametrize('copy', ['{0}', '{0}=', '{0}==', ' {0} ', 'malleated'])
@pytest.mark.checklist('V7.4.1')
def test_token_is_dead_at_logout(signed_in: Browser, copy: str) -> None:
    """Shows that a session's end is looked up by `sid`, so a respelled copy dies with it."""
    token = signed_in.access_token
    spellings = {final: token[:-1] + final for final in 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'}
    respelled = [copy.format(token)] if copy != 'malleated' else list(spellings.values())
    assert signed_in.me(token).status_code == 200

    signed_in.log_out()

    for text in respelled:
        assert signed_in.client.get('/api/me', headers=bearer(text)).status_code == 401
    assert signed_in.me(token).json()['reason'] == 'logout'


@pytest.mark.checklist('V9.2.1')
def test_ticket_and_token_are_not_exchangeable(signed_in: Browser, backend: AuthBackend) -> None:
    """Shows that what may cross the socket opens no API, and the other way round."""
    ticket = signed_in.ticket('page-1').json()['ticket']

    answer = signed_in.me(ticket)

    assert answer.json()['code'] == 'invalid_token'
    with pytest.raises(InvalidSocketTicket):
        backend.socket_tickets.redeem(signed_in.access_token, 'page-1')
    assert backend.socket_tickets.redeem(ticket, 'page-1').session_id == signed_in.session_id


@pytest.mark.checklist('V14.1.1')
def test_token_says_nothing_personal(signed_in: Browser, keys: Keys) -> None:
    """Shows the allowlist of headers and claims: ids and times, no name, no address."""
    header, claims = forge.decode(signed_in.access_token)

    user_id = signed_in.me().json()['user']['id']
    assert header == {'alg': 'EdDSA', 'typ': 'at+jwt', 'kid': keys.signing.active(0).key_id}
    assert isinstance(claims.pop('jti'), str)
    assert claims == {
        'iss': 'https://testserver',
        'aud': 'api',
        'sub': user_id,
        'sid': signed_in.session_id,
        'iat': START,
        'exp': START + 600,
    }


@pytest.mark.parametrize(
    'authorization',
    [
        '',
        'Bearer',
        'Bearer ',
        'Bearer garbage',
        'Bearer a.b.c',
        'Bearer ..',
        'Bearer ' + 'x' * 8192,
        'Bearer ' + base64.urlsafe_b64encode(b'[' * 6000).decode() + '.e30.AAAA',
        'Basic {token}',
        '{token}',
        'Bearer {token} {token}',
    ],
)
@pytest.mark.checklist('V9.1.1')
def test_garbage_opens_nothing(signed_in: Browser, authorization: str) -> None:
    """Shows that whatever stands in the header is answered with a sentence, not with an error."""
    value = authorization.format(token=signed_in.access_token)

    answer = signed_in.client.get('/api/me', headers={'Authorization': value})

    assert answer.status_code == 401
    assert answer.json()['code'] == 'invalid_token'
    assert answer.json()['title']
    assert 'Set-Cookie' not in answer.headers
    assert signed_in.me().status_code == 200
