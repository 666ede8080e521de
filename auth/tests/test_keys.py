"""The server's secrets: made once, readable by their owner only, refused if damaged."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from auth import AuthSettings, Keys, load_or_create_keys

from .browser import ORIGIN, Account, Browser
from .conftest import Serve

pytestmark = pytest.mark.databases('sqlite')  # they are files
FILES = ['master.secret', 'signing-key.pem']
CUT_SHORT = b'-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----\n'


@pytest.fixture
def generous_umask() -> Iterator[None]:
    """Let new files be open to all, unless the code that makes them says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.checklist('keys')
def test_files_are_their_owners_only(tmp_path: Path, generous_umask: None) -> None:
    """Shows that folder and files exclude everybody else, whatever the umask; no draft is left."""
    folder = tmp_path / 'keys'

    load_or_create_keys(folder)

    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in FILES] == [0o600, 0o600]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_second_start_reads_the_same(tmp_path: Path) -> None:
    """Shows that a restart changes no key, and that another folder has others."""
    first, second, other = (load_or_create_keys(tmp_path / name) for name in ('a', 'a', 'b'))

    assert (second.master_secret, second.signing.active(0).key_id) == (
        first.master_secret,
        first.signing.active(0).key_id,
    )
    assert other.master_secret != first.master_secret
    assert other.signing.active(0).key_id != first.signing.active(0).key_id


@pytest.mark.checklist('keys')
def test_restart_signs_nobody_out(
    settings: AuthSettings, serve: Serve, ada: Account, tmp_path: Path
) -> None:
    """Shows that cookie and access token of before are good after."""
    before = serve(settings)
    before.register(ada)
    after = serve(settings)
    after.jar, after.access_token = before.jar, before.access_token

    assert after.me().status_code == 200
    assert after.refresh().json()['outcome'] == 'rotated'


def test_servers_that_start_together_agree(tmp_path: Path) -> None:
    """Shows that processes which find no file at once end up with one secret."""
    barrier = Barrier(8)

    def start(_number: int) -> tuple[bytes, str]:
        barrier.wait()
        keys = load_or_create_keys(tmp_path)
        return keys.master_secret, keys.signing.active(0).key_id

    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(start, range(8)))

    assert len(secrets) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES


def other_key() -> bytes:
    """Return a private key that is not Ed25519."""
    private = generate_private_key(SECP256R1())
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ('name', 'content'),
    [
        pytest.param('master.secret', b'', id='no secret'),
        pytest.param('master.secret', b'x' * 31, id='short secret'),
        pytest.param('master.secret', b'x' * 33, id='long secret'),
        pytest.param('signing-key.pem', b'', id='no key'),
        pytest.param('signing-key.pem', b'garbage', id='garbage'),
        pytest.param('signing-key.pem', CUT_SHORT, id='key cut short'),
        pytest.param('signing-key.pem', other_key(), id='key of another kind'),
    ],
)
def test_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    """Shows that a server does not start with half a secret, and does not overwrite it either."""
    load_or_create_keys(tmp_path)
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ValueError, match=r'.'):
        load_or_create_keys(tmp_path)

    assert (tmp_path / name).read_bytes() == content


def test_purposes_never_share_a_key(keys: Keys) -> None:
    """Shows that what is derived depends on its purpose, and is not the master secret."""
    derived = [keys.derive(purpose) for purpose in ('a', 'b', 'a')]

    assert derived[0] == derived[2] != derived[1]
    assert keys.master_secret not in derived
    assert [len(key) for key in derived] == [32] * 3


def test_secrets_stay_out_of_texts(keys: Keys, settings: AuthSettings) -> None:
    """Shows that printing keys or settings, as a traceback might, shows no secret."""
    texts = f'{keys!r} {keys} {settings!r} {settings}'

    assert repr(keys.master_secret) not in texts
    assert keys.master_secret.hex() not in texts
    assert 'issuer' in texts


@pytest.mark.checklist('keys')
def test_public_keys_alone_verify_tokens(signed_in: Browser) -> None:
    """Shows that another service needs nothing but the JWKS, which holds public fields only."""
    answer = signed_in.client.get('/.well-known/jwks.json')

    (key,) = answer.json()['keys']
    claims = jwt.decode(
        signed_in.access_token,
        jwt.PyJWK(key).key,
        algorithms=['EdDSA'],
        audience='api',
        issuer=ORIGIN,
        options={'verify_exp': False, 'verify_iat': False},
    )
    assert claims['sid'] == signed_in.session_id
    assert key.keys() == {'kty', 'crv', 'x', 'kid', 'use', 'alg'}
    assert jwt.get_unverified_header(signed_in.access_token)['kid'] == key['kid']
    assert answer.headers['Content-Type'] == 'application/jwk-set+json'
