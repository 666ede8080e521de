"""What the log says about users: ids and events. What it never says: anything that opens a door."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from .browser import Account, Browser, bearer
from .clock import MINUTE, Clock


def everything(caplog: pytest.LogCaptureFixture) -> str:
    """Return all records in full: messages, arguments, tracebacks."""
    return '\n'.join([caplog.text, *(repr(vars(record)) for record in caplog.records)])


@pytest.mark.checklist('V16.2.5')
def test_whole_run_logs_no_secret(
    *,
    laptop: Browser,
    phone: Browser,
    ada: Account,
    grace: Account,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Shows, at DEBUG and over each event, that no password, token or address is logged."""
    caplog.set_level(logging.DEBUG)
    secrets = {ada.email, ada.password, grace.email, grace.password}

    def note(browser: Browser) -> None:
        secrets.update([browser.access_token, browser.jar, browser.jar.rpartition('.')[2]])

    laptop.register(ada)
    user_id = laptop.me().json()['user']['id']
    note(laptop)
    used = laptop.jar
    laptop.refresh()
    note(laptop)
    laptop.present(used)
    clock.advance(MINUTE)
    laptop.present(used)
    note(laptop)
    secrets.add(laptop.ticket('page-canary').json()['ticket'])
    secrets.add('page-canary')
    phone.log_in(ada)
    note(phone)
    phone.log_in(ada)
    note(phone)
    phone.log_in(grace)
    phone.log_in(replace(ada, password=grace.password))
    phone.log_in(replace(ada, email=grace.password))
    phone.register(ada)
    phone.me(phone.access_token[:-9])
    laptop.log_out()
    stale = phone.jar
    for _ in range(3):
        clock.advance(10 * MINUTE)
        phone.refresh()
        note(phone)
    phone.present(stale)
    phone.client.post('/auth/logout', headers=bearer(phone.access_token[:-9]))

    log = everything(caplog)
    events = {record.getMessage().split()[0] for record in caplog.records if 'audit' in record.name}
    assert events >= {
        'registered',
        'logged_in',
        'login_refused',
        'refresh_rotated',
        'refresh_overlapped',
        'refresh_recovered',
        'refresh_replayed',
        'session_ended',
        'logout_ignored',
    }
    assert user_id in log  # so the search would find what is there
    assert [secret for secret in secrets if secret and secret in log] == []


@pytest.mark.checklist('V16.2.5')
def test_changes_of_an_account_log_no_secret(
    *,
    laptop: Browser,
    phone: Browser,
    ada: Account,
    grace: Account,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Shows the same for what ends many sessions, with passwords old, new and wrong."""
    caplog.set_level(logging.DEBUG)
    new_password = 'canary phrase of the new kind'
    secrets = {ada.email, ada.password, grace.password, new_password}
    laptop.register(ada)
    user_id = laptop.me().json()['user']['id']
    for act in (
        lambda: laptop.change_password(grace.password, new_password),
        lambda: laptop.change_password(ada.password, new_password),
        laptop.devices,
        lambda: laptop.end_device(phone.session_id),
        laptop.log_out_others,
        lambda: laptop.delete_account(ada.password),
        lambda: laptop.delete_account(new_password),
    ):
        phone.log_in(ada)
        phone.log_in(replace(ada, password=new_password))
        for browser in (laptop, phone):
            secrets.update([browser.access_token, browser.jar, browser.jar.rpartition('.')[2]])
        act()

    log = everything(caplog)
    events = {record.getMessage().split()[0] for record in caplog.records if 'audit' in record.name}
    assert events >= {'password_refused', 'password_changed', 'ended_elsewhere', 'account_deleted'}
    assert user_id in log
    assert [secret for secret in secrets if secret and secret in log] == []


@pytest.mark.checklist('V16.4.1')
def test_name_cannot_write_log_lines(
    laptop: Browser, ada: Account, caplog: pytest.LogCaptureFixture
) -> None:
    """Shows that line breaks in a name forge no event."""
    caplog.set_level(logging.DEBUG)
    forged = 'session_ended session=x reason=replay'

    answer = laptop.register(replace(ada, name=f'Ada\r\n{forged}\u2028{forged}'))

    assert answer.status_code == 201
    assert any('registered' in record.getMessage() for record in caplog.records)
    assert forged not in caplog.text
    assert all(len(record.getMessage().splitlines()) <= 1 for record in caplog.records)
