"""What a program does about other people's accounts."""

from __future__ import annotations

from asyncio import run
from dataclasses import replace

import pytest

from auth import AuthBackend, InvalidInput

from .browser import Account, Browser
from .clock import Clock
from .stored import Stored
from .test_account_security import expect_ended, expect_living, user_id

NEW_PASSWORD = 'seven other words than forty two'


def test_forgotten_password_is_replaced(
    signed_in: Browser,
    phone: Browser,
    ada: Account,
    backend: AuthBackend,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Shows that the new one opens, the old one does not, and whoever knew that is out."""
    ada_id, session_id = user_id(signed_in), signed_in.session_id
    caplog.set_level('INFO', 'auth.audit')
    caplog.clear()

    assert run(backend.administration.set_password(ada_id, NEW_PASSWORD)) is True

    assert caplog.messages == [
        f'password_changed user={ada_id} sessions=1',
        f'session_ended session={session_id} reason=password_changed',
    ]
    expect_ended(signed_in, 'password_changed')
    assert phone.log_in(ada).status_code == 401
    assert phone.log_in(replace(ada, password=NEW_PASSWORD)).status_code == 200


@pytest.mark.parametrize('weak', ['short', 'a' * 20, 'her address'])
def test_weak_password_is_refused_here_too(
    signed_in: Browser, ada: Account, backend: AuthBackend, weak: str
) -> None:
    """Shows that an administrator cannot give a password that its owner could not choose."""
    weak = ada.email if weak == 'her address' else weak

    with pytest.raises(InvalidInput):
        run(backend.administration.set_password(user_id(signed_in), weak))

    expect_living(signed_in)


def test_accounts_are_found_by_address(
    signed_in: Browser, ada: Account, backend: AuthBackend, clock: Clock
) -> None:
    """Shows that spelling does not matter, and what is there to be seen: no hash."""
    find = backend.administration.find

    found = run(find(f'  {ada.email.upper()} '))

    assert found
    assert (found.user_id, found.name, found.email) == (user_id(signed_in), ada.name, ada.email)
    assert found.created_at == clock.now
    assert not found.is_disabled
    run(backend.administration.disable(found.user_id))
    disabled = run(find(ada.email))
    assert disabled
    assert disabled.is_disabled
    assert run(find('nobody@example.com')) is None
    assert run(find('no address')) is None


def test_account_is_deleted(
    signed_in: Browser,
    phone: Browser,
    ada: Account,
    grace: Account,
    backend: AuthBackend,
    stored: Stored,
) -> None:
    """Shows that nothing of one account is left, nor anything missing of another."""
    phone.register(grace)

    assert run(backend.administration.delete(user_id(signed_in))) is True

    assert [signed_in.me().status_code, signed_in.refresh().status_code] == [401, 401]
    expect_living(phone)
    assert ada.email not in str(stored.dump())
    assert run(backend.administration.find(ada.email)) is None


def test_one_person_is_signed_out(
    signed_in: Browser, phone: Browser, ada: Account, grace: Account, backend: AuthBackend
) -> None:
    """Shows that all of one user's sessions end, and that the user may come back."""
    phone.register(grace)

    assert run(backend.administration.log_out(user_id(signed_in))) is True

    expect_ended(signed_in, 'ended_by_operator')
    expect_living(phone)
    assert signed_in.log_in(ada).status_code == 200


def test_who_is_not_there_is_said_so(
    signed_in: Browser, backend: AuthBackend, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows that a mistaken id does nothing, and does not pass for having done it."""
    those = backend.administration
    caplog.set_level('INFO', 'auth.audit')
    caplog.clear()
    calls = [those.log_out, those.disable, those.enable, those.delete]

    assert [run(call('nobody')) for call in calls] == [False] * 4
    assert run(those.set_password('nobody', NEW_PASSWORD)) is False
    assert caplog.messages == []
    expect_living(signed_in)
