"""Socket tickets: how a page's server side learns, over a socket, who is signed in at its browser.

A ticket is a signed token of its own type for one page, at most 30 s old and redeemed once. It is
the only thing about a session that may cross the socket: it opens no API.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import InvalidSocketTicket
from ..identity import Identity
from ..tokens.signed_tokens import InvalidToken, SignedTokens, TokenKind
from .lifecycle import Sessions

SOCKET_TICKET = TokenKind(
    'socket-ticket+jwt', audience='socket', claims=frozenset({'sub', 'sid', 'jti', 'client_id'})
)


@dataclass(frozen=True)
class SocketTickets:
    """Issues tickets over HTTP and redeems them where the page lives, in this process.

    Redeeming may raise `DatabaseUnavailable`.
    """

    signed_tokens: SignedTokens
    sessions: Sessions
    lifetime_seconds: int
    clock: Callable[[], float]
    _redeemed: dict[str, float] = field(default_factory=dict)  # jti -> when it expires
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue(self, identity: Identity, client_id: str) -> str:
        """Return a ticket with which the page `client_id` can be bound to this session."""
        claims = {
            'sub': identity.user_id,
            'sid': identity.session_id,
            'jti': secrets.token_urlsafe(16),
            'client_id': client_id,
        }
        return self.signed_tokens.sign(SOCKET_TICKET, claims, self.lifetime_seconds)

    def redeem(self, ticket: str, client_id: str) -> Identity:
        """Return whom the page may act for.

        Raises `InvalidSocketTicket`, or `SessionEnded` if the session ended meanwhile.
        """
        try:
            claims = self.signed_tokens.verify(SOCKET_TICKET, ticket)
        except InvalidToken as error:
            raise InvalidSocketTicket(str(error)) from error
        if not secrets.compare_digest(claims['client_id'].encode(), client_id.encode()):
            raise InvalidSocketTicket('The ticket is for another page.')
        self._use_up(claims['jti'], claims['exp'])
        return self.sessions.require_living(claims['sid'])

    def _use_up(self, jti: str, expires_at: float) -> None:
        now = self.clock()
        with self._lock:
            for old in [jti for jti, expiry in self._redeemed.items() if expiry <= now]:
                del self._redeemed[old]
            if jti in self._redeemed:
                raise InvalidSocketTicket('The ticket was used before.')
            self._redeemed[jti] = expires_at
