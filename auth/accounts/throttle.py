"""How often somebody may be wrong: per account and per address, over windows that move.

Counted in the memory of this process, never in the database: several processes let so many times
more through, and a restart forgets. Nobody is locked out for good, since each failure is forgotten
when its window has passed, and an attempt that is refused here is not counted.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..errors import EmailTaken, InvalidCredentials, InvalidRefreshToken, WrongPassword
from ..settings import AttemptLimits
from .attempt_counts import AttemptCounts, Count

FAILURES_MINUTES = 15
HOUR_MINUTES = 60
# An IPv4 address as a gateway writes it (RFC 6052, 2.1).
NAT64 = ipaddress.IPv6Network('64:ff9b::/96')
IPV6_HOST_BITS = 64  # RFC 4291, 2.5.1: whoever has a /64 has every address in it


@dataclass(frozen=True)
class Throttle:
    """Lets attempts begin, and counts those that must not be repeated without end."""

    limits: AttemptLimits
    counts: AttemptCounts

    @contextmanager
    def login(self, email: str, address: str) -> Iterator[None]:
        """Count a refused sign-in against its account, existing or not, and against the address.

        The right password clears the account's count, but not that of the address: who guesses may
        have an account too. Raises `TooManyAttempts`.
        """
        limits = self.limits
        account = Count('account', limits.failures_per_account, FAILURES_MINUTES, email)
        by_address = Count(
            'address', limits.failures_per_address, FAILURES_MINUTES, network(address)
        )
        with self.counts.attempt('login', account, by_address, self._at_once(address)):
            try:
                yield
            except InvalidCredentials:
                self.counts.add(account, by_address)
                raise
        self.counts.clear(account)

    @contextmanager
    def password_check(self, user_id: str) -> Iterator[None]:
        """Count a wrong password of somebody who is signed in. Raises `TooManyAttempts`.

        It has a count of its own: a stranger who fails to sign in must not keep the owner, who is
        signed in, from changing the password.
        """
        owner = Count('owner', self.limits.failures_per_account, FAILURES_MINUTES, user_id)
        with self.counts.attempt('password_check', owner):
            try:
                yield
            except WrongPassword:
                self.counts.add(owner)
                raise
        self.counts.clear(owner)

    @contextmanager
    def hashing(self, address: str) -> Iterator[None]:
        """Hold a place for somebody who is signed in, and has passwords hashed at this address.

        Signing in and registering hold one, too; nothing is counted. Raises `TooManyAttempts`.
        """
        with self.counts.attempt('password_check', self._at_once(address)):
            yield

    @contextmanager
    def registration(self, address: str) -> Iterator[None]:
        """Count a new account, and an answer that there is one. Raises `TooManyAttempts`."""
        most = self.limits.registrations_per_hour
        by_address = Count('registrations', most, HOUR_MINUTES, network(address))
        with self.counts.attempt('registration', by_address, self._at_once(address)):
            try:
                yield
            except EmailTaken:
                self.counts.add(by_address)
                raise
            self.counts.add(by_address)

    @contextmanager
    def refresh(self, address: str, is_ours: Callable[[], bool]) -> Iterator[None]:
        """Count a refresh token that we never issued. Raises `TooManyAttempts`.

        A genuine one is served however many were forged at its address: `is_ours` is asked only
        then. Nobody guesses 256 bits; this keeps forged tokens from the database's write lock.
        """
        most = self.limits.refused_refreshes_per_hour
        by_address = Count('refreshes', most, HOUR_MINUTES, network(address))
        if not self.counts.has_room(by_address) and not is_ours():
            self.counts.refuse('refresh', by_address)
        try:
            yield
        except InvalidRefreshToken:
            self.counts.add(by_address)
            raise

    def _at_once(self, address: str) -> Count:
        """Only ever held: whoever has many accounts must not take all places to hash in."""
        most = self.limits.failures_per_address
        return Count('at_once', most, FAILURES_MINUTES, network(address))


def network(address: str) -> str:
    """Return what counts as one address: an IPv6 host can use any of its /64."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address  # not over IP, as in tests
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    if ip in NAT64:
        return str(ipaddress.IPv4Address(int(ip) - int(NAT64.network_address)))
    site = int(ip) >> IPV6_HOST_BITS << IPV6_HOST_BITS
    return str(ipaddress.IPv6Network((site, 128 - IPV6_HOST_BITS)))
