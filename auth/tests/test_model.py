"""The session rules written a second time, plainly, and run beside the real code.

Hypothesis invents histories of two users. Each step happens to the model and to the real services;
answer, rows and announcements must agree after every one. The normal run repeats the same histories;
`MODEL_HISTORIES=5000 pytest auth/tests/test_model.py` draws that many new ones.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, delete, event, insert, select, update

from auth import (
    AuthBackend,
    AuthSettings,
    Caller,
    EndReason,
    Identity,
    NoSuchSession,
    SessionEnded,
    SessionLimits,
)
from auth.backend import build_backend
from auth.database.models import RefreshToken, Session
from auth.database.users import USER_BY_ID, User
from auth.errors import InvalidRefreshToken

from .browser import altered
from .clock import DAY, START, Clock
from .stored import Stored

HISTORIES = int(os.environ.get('MODEL_HISTORIES', '60'))
STEPS = 40

OVERLAP, SEEN_AFTER, IDLE = 30, 60, 14 * DAY
ABSOLUTE = 20 * DAY  # nearer than the product's, so that a history gets there in two sleeps
REMEMBERED = DAY  # for so long after its idle limit a session is not purged
TICK = 1 / 1024  # about a millisecond, and exact in a float

BACK = [-TICK, -5, -OVERLAP - TICK, -3600]

INVALID = 'invalid'
ROTATED, OVERLAPPED, RECOVERED = 'rotated', 'overlapped', 'recovered'
REPLAY = 'replay'
WRITES_NOTHING = {INVALID, OVERLAPPED, 'expired', 'logout', 'logout_everywhere', 'ended_elsewhere'}
# What the histories of the normal run must meet, so that agreement means something.
TO_BE_REACHED = {
    *(WRITES_NOTHING - {'ended_elsewhere'}),  # rare: only in longer runs
    *{ROTATED, RECOVERED, REPLAY, 'replaced', 'disabled', 'seen'},
}


# --- The model ---


@dataclass
class Owner:
    """A user."""

    id: str
    epoch: int = 0
    is_disabled: bool = False


@dataclass
class Token:
    """One generation. The newest is the leaf, whatever else is said of it."""

    text: str
    issued_at: float
    is_seen: bool = False
    used_at: float | None = None
    is_superseded: bool = False
    is_pruned: bool = False


@dataclass
class Living:
    """A session, which may have ended."""

    id: str
    owner: Owner
    identity: Identity
    started_at: float
    idle_until: float
    tokens: list[Token]
    end_reason: str | None = None
    is_purged: bool = False
    renewed_at: list[float] = field(default_factory=list)

    @property
    def leaf(self) -> Token:
        """The one live token."""
        return self.tokens[-1]

    @property
    def absolute_until(self) -> float:
        """When the session ends, however much it is used."""
        return self.started_at + ABSOLUTE

    def why_over(self, now: float) -> str | None:
        """Return why the session is over, if it is."""
        if self.end_reason:
            return self.end_reason
        if self.owner.is_disabled:
            return 'disabled'
        return None if self.is_within_limits(now) else 'expired'

    def is_within_limits(self, now: float) -> bool:
        """Say whether neither limit has passed."""
        return now < self.idle_until and now < self.absolute_until

    def judge(self, generation: int, now: float) -> str:  # noqa: PLR0911 (a table, row by row)
        """Return which row of the table answers this genuine token, or why the session is over."""
        if self.is_purged:
            return INVALID
        if reason := self.why_over(now):
            return reason
        if generation >= len(self.tokens):
            return INVALID
        token = self.tokens[generation]
        if token is self.leaf:
            return ROTATED
        if token.is_superseded or token.is_pruned:
            return REPLAY
        assert token.used_at is not None
        if now - token.used_at <= OVERLAP:
            return OVERLAPPED
        same_burst = self.leaf.issued_at - token.used_at <= OVERLAP
        return RECOVERED if same_burst and not self.leaf.is_seen else REPLAY

    def renew(self, generation: int, text: str, now: float) -> None:
        """Put a new leaf in place of the old one, which was used or lost."""
        token = self.tokens[generation]
        self.leaf.is_superseded = token is not self.leaf
        token.used_at = now  # after a recovery too: other tabs still hold this token
        for other in self.tokens:
            if other.used_at is not None and now - other.used_at > OVERLAP:
                other.is_pruned = True
        self.tokens.append(Token(text, now))
        self.renewed_at.append(now)

    def slide(self, now: float) -> None:
        """Move the idle limit."""
        self.idle_until = min(now + IDLE, self.absolute_until)

    def most_rows(self) -> int:
        """Return how many token rows there may be.

        The leaf, and one token for each renewal of the last 30 s before (and at) the last renewal:
        two outside of bursts, three when a burst's end was lost and recovered from.
        """
        recent = [at for at in self.renewed_at if self.renewed_at[-1] - at <= OVERLAP]
        return 1 + len(recent)


# --- The machine ---


class Histories(RuleBasedStateMachine):
    """Does everything twice: to the model and to the real services."""

    def __init__(
        self,
        backend: AuthBackend,
        clock: Clock,
        announced: list[tuple[str, str]],
        reached: Counter[str],
    ) -> None:
        super().__init__()
        self.backend, self.clock, self.reached = backend, clock, reached
        self.announced = announced
        self.sessions: list[Living] = []
        self.owners = [Owner('ada'), Owner('grace')]
        self.forms: dict[str, tuple[Row[Any], int]] = {}

    @initialize()
    def start(self) -> None:
        """Begin with empty tables, two users and one session."""
        self.clock.now = START
        self.announced.clear()
        with self.backend.database.write() as connection:
            connection.execute(delete(User))
            for owner in self.owners:
                values = {'email': owner.id, 'name': owner.id, 'password_hash': '-'}
                connection.execute(insert(User).values(id=owner.id, created_at=START, **values))
        for owner in self.owners:
            self._verify_password(owner)
        self._sign_in(self.owners[0], None)

    # Signing in

    @rule(which=st.integers(0, 1))
    def verify_password(self, which: int) -> None:
        """Begin to sign in; much may happen before the session is started."""
        self._verify_password(self.owners[which])

    @precondition(lambda self: len(self.sessions) < 5)
    @rule(who=st.integers(0, 1), at_once=st.booleans(), jar=st.none() | st.integers(0, 2))
    def sign_in(self, who: int, at_once: bool, jar: int | None) -> None:
        """Start a session, perhaps with a password verified long ago, or in a used browser."""
        if at_once:
            self._verify_password(self.owners[who])
        self._sign_in(self.owners[who], None if jar is None else self._pick(jar))

    # Refreshing; several rules, so that histories are mostly made of it

    @rule(which=st.integers(0, 1))
    def refresh_leaf(self, which: int) -> None:
        """Refresh as a browser does that got its last answer."""
        self._refresh(self._pick(which), 0)

    @rule(which=st.integers(0, 1), back=st.sampled_from([1, 1, 1, 2, 2, 3]))
    def refresh_late(self, which: int, back: int) -> None:
        """Refresh as another tab does, or a browser whose answer was lost, or a thief."""
        self._refresh(self._pick(which), back)

    @rule(which=st.integers(0, 4), back=st.integers(0, 12))
    def refresh_any(self, which: int, back: int) -> None:
        """Refresh with any token ever issued."""
        self._refresh(self._pick(which), back)

    @rule(
        which=st.integers(0, 1),
        back=st.sampled_from([0, 1, 1, 2]),
        edge=st.sampled_from(['overlap', 'seen', 'burst', 'idle', 'absolute']),
        ticks=st.sampled_from([-1, 0, 0, 1]),
    )
    def refresh_at_edge(self, which: int, back: int, edge: str, ticks: int) -> None:
        """Refresh when a limit is just reached, or just not."""
        session = self._pick(which)
        self._go_to(session, edge, ticks)
        self._refresh(session, back)

    @rule(
        which=st.integers(0, 1), kind=st.sampled_from(['altered', 'renumbered', 'moved', 'garbage'])
    )
    def refresh_with_forged(self, which: int, kind: str) -> None:
        """Present what we never issued: nothing happens."""
        before = self._dump()
        assert self._answer(self._forged(self._pick(which), kind)) == (INVALID, '')
        assert self._dump() == before

    @rule(which=st.integers(0, 1), above=st.integers(1, 3))
    def refresh_above_leaf(self, which: int, above: int) -> None:
        """Present a token that we shall issue later: as genuine as a restored backup makes it."""
        session = self._pick(which)
        if not session.is_purged:
            self._refresh(session, -above)

    # Evidence

    @rule(
        which=st.integers(0, 1),
        jar=st.sampled_from(['leaf', 'leaf', 'used', 'other', 'altered', None]),
        seconds=st.sampled_from([0, 0, SEEN_AFTER - TICK, SEEN_AFTER, 700]),
    )
    def call_api(self, which: int, jar: str | None, seconds: float) -> None:
        """Call the API, with this in the cookie jar."""
        session, other = self._pick(which), self._pick(which + 1)
        self.clock.advance(seconds)
        jars = {
            'leaf': session.leaf.text,
            'used': session.tokens[-2 % len(session.tokens)].text,
            'other': other.leaf.text,
            'altered': altered(session.leaf.text),
        }
        self._call_api(session, jars.get(jar or ''))

    # Endings

    @rule(which=st.integers(0, 3), back=st.integers(0, 5))
    def log_out(self, which: int, back: int) -> None:
        """Log out with any genuine token."""
        session = self._pick(which)
        self.backend.sessions.log_out(self._text(session, back), None)
        self._end(session, EndReason.LOGOUT)

    @rule(
        which=st.integers(0, 1), kind=st.sampled_from(['altered', 'renumbered', 'moved', 'garbage'])
    )
    def log_out_with_forged(self, which: int, kind: str) -> None:
        """Log out with what we never issued: nothing happens."""
        before = self._dump()
        forged = self._forged(self._pick(which), kind)
        self.backend.sessions.log_out(forged, None)
        assert self._dump() == before

    @rule(which=st.integers(0, 1), others_only=st.booleans())
    def log_out_everywhere(self, which: int, others_only: bool) -> None:
        """End all of a user's sessions, or all others; logins in flight end too."""
        session = self._pick(which)
        security = self.backend.security
        if others_only:
            security.log_out_others(session.identity)
            self._end_all(session.owner, EndReason.ENDED_ELSEWHERE, keep=session)
        else:
            security.log_out_everywhere(session.identity)
            self._end_all(session.owner, EndReason.LOGOUT_EVERYWHERE)

    @rule(which=st.integers(0, 1), other=st.integers(0, 4))
    def end_device(self, which: int, other: int) -> None:
        """End one session from another, or from itself."""
        session, device = self._pick(which), self._pick(other)
        is_listed = (
            device.owner is session.owner
            and not device.end_reason
            and not device.is_purged
            and device.is_within_limits(self.clock.now)
        )
        try:
            self.backend.devices.end(session.identity, device.id)
        except NoSuchSession:
            assert not is_listed
            return
        assert is_listed
        self._end(device, EndReason.LOGOUT if device is session else EndReason.ENDED_ELSEWHERE)

    @rule(which=st.integers(0, 1))
    def change_password(self, which: int) -> None:
        """Set a new password (its hash is made up): this session goes on with a new leaf."""
        session = self._pick(which)
        now = self.clock.now
        with self.backend.database.read() as connection:
            user = connection.execute(USER_BY_ID, {'user_id': session.owner.id}).one()
        before = self._dump()
        try:
            issued = self.backend.security._set_password(user, 'new', session.identity)
        except SessionEnded as error:
            assert error.reason == (  # noqa: PT017
                'account_deleted' if session.is_purged else session.why_over(now)
            )
            assert self._dump() == before
            return
        assert issued
        assert session.why_over(now) is None
        self._end_all(session.owner, EndReason.PASSWORD_CHANGED, keep=session)
        session.renew(len(session.tokens) - 1, issued.refresh_token, now)
        session.slide(now)

    # Administration

    @rule(which=st.integers(0, 1))
    def disable(self, which: int) -> None:
        """Lock a user out."""
        asyncio.run(self.backend.administration.disable(self.owners[which].id))
        self.owners[which].is_disabled = True
        self._end_all(self.owners[which], EndReason.DISABLED)

    @rule(which=st.integers(0, 1))
    def disable_in_the_database(self, which: int) -> None:
        """Lock a user out as an administrator with a database console would."""
        self.owners[which].is_disabled = True
        with self.backend.database.write() as connection:
            is_user = User.id == self.owners[which].id
            connection.execute(update(User).where(is_user).values(disabled_at=self.clock.now))

    @precondition(lambda self: any(owner.is_disabled for owner in self.owners))
    @rule()
    def enable(self) -> None:
        """Let everybody in again."""
        for owner in self.owners:
            asyncio.run(self.backend.administration.enable(owner.id))
            owner.is_disabled = False

    @rule()
    def purge(self) -> None:
        """Delete what expired a day ago."""
        due = [
            session
            for session in self.sessions
            if not session.is_purged and session.idle_until < self.clock.now - REMEMBERED
        ]
        assert self.backend.purge.run_once() == len(due)
        for session in due:
            session.is_purged = True

    # Time

    @rule(
        seconds=st.sampled_from(
            [TICK, 1, OVERLAP, OVERLAP + TICK, SEEN_AFTER - TICK, SEEN_AFTER, 600, 13 * DAY, *BACK]
        )
    )
    def wait(self, seconds: float) -> None:
        """Let time pass, or set the clock back."""
        self.clock.advance(seconds)

    @rule(
        which=st.integers(0, 1),
        edge=st.sampled_from(['overlap', 'seen', 'burst', 'idle', 'absolute', 'purge']),
        ticks=st.sampled_from([-1, 0, 0, 1]),
    )
    def wait_for_edge(self, which: int, edge: str, ticks: int) -> None:
        """Let time pass until something is just reached, or just not."""
        self._go_to(self._pick(which), edge, ticks)

    # What holds after every step

    @invariant()
    def sessions_agree(self) -> None:
        """Show that revoked sessions stay so, and that no limit passes the absolute one."""
        rows = {row.id: row for row in self._rows(Session)}
        assert set(rows) == {session.id for session in self.sessions if not session.is_purged}
        for session in self.sessions:
            if row := rows.get(session.id):
                assert row.revoked_reason == session.end_reason
                assert (row.revoked_at is None) == (session.end_reason is None)
                assert row.idle_expires_at == session.idle_until
                assert row.idle_expires_at <= row.abs_expires_at == session.absolute_until

    @invariant()
    def tokens_agree(self) -> None:
        """Show that there is one live token, nothing that is needed is missing, and little else."""
        rows: dict[str, dict[int, Row[Any]]] = {}
        for row in self._rows(RefreshToken):
            rows.setdefault(row.session_id, {})[row.generation] = row
        assert set(rows) == {session.id for session in self.sessions if not session.is_purged}
        for session in self.sessions:
            if not session.is_purged:
                _compare(session, rows[session.id])

    @invariant()
    def announcements_agree(self) -> None:
        """Show that each end was told to the listeners, once, and for the right reason."""
        told = {session.id: session.end_reason for session in self.sessions if session.end_reason}
        assert sorted(self.announced) == sorted(told.items())

    # Helpers

    def _pick(self, which: int) -> Living:
        """Return one of the sessions; 0 is the newest."""
        return self.sessions[-1 - which % len(self.sessions)]

    def _verify_password(self, owner: Owner) -> None:
        user = self.backend.login.find(owner.id)
        assert user
        self.forms[owner.id] = user, owner.epoch

    def _sign_in(self, owner: Owner, jar: Living | None) -> None:
        user, epoch = self.forms[owner.id]
        caller = Caller(jar.leaf.text if jar else None, '', '')
        issued = self.backend.login.sign_in(user, None, caller, stay_signed_in=True)
        assert (issued is not None) == (epoch == owner.epoch and not owner.is_disabled)
        if issued is None:
            return
        if jar:
            self._end(jar, EndReason.REPLACED)
        now, identity = self.clock.now, issued.identity
        assert identity.session_id not in {session.id for session in self.sessions}
        tokens = [Token(issued.refresh_token, now)]
        self.sessions.append(Living(identity.session_id, owner, identity, now, now + IDLE, tokens))

    def _refresh(self, session: Living, back: int) -> None:
        """Refresh with the token `back` generations before the leaf; negative is above it."""
        text, generation = self._text(session, back), max(0, len(session.tokens) - 1 - back)
        expected, now, before = (
            session.judge(generation, self.clock.now),
            self.clock.now,
            self._dump(),
        )

        outcome, token = self._answer(text)

        assert outcome == expected
        self.reached[outcome] += 1
        if outcome in WRITES_NOTHING or session.end_reason:
            assert self._dump() == before
        if outcome == OVERLAPPED:
            assert token == session.leaf.text
        elif outcome in {ROTATED, RECOVERED}:
            assert token not in {known.text for known in session.tokens}
            session.renew(generation, token, now)
            if outcome == ROTATED:
                session.slide(now)
        elif outcome in {REPLAY, 'disabled'}:
            self._end(session, outcome)

    def _answer(self, text: str) -> tuple[str, str]:
        """Refresh; return the outcome and the token."""
        try:
            refreshed = self.backend.rotation.refresh(text)
        except InvalidRefreshToken:
            return INVALID, ''
        except SessionEnded as error:
            return error.reason, ''
        return refreshed.outcome, refreshed.refresh_token

    def _call_api(self, session: Living, jar: str | None) -> None:
        now, leaf = self.clock.now, session.leaf
        reason = 'account_deleted' if session.is_purged else session.why_over(now)
        before = self._dump()
        try:
            identity = self.backend.sessions.require_living(session.id, jar)
        except SessionEnded as error:
            assert error.reason == reason  # noqa: PT017
            assert self._dump() == before
            return
        assert reason is None
        assert identity == session.identity
        if jar == leaf.text and now - leaf.issued_at >= SEEN_AFTER and not leaf.is_seen:
            leaf.is_seen = True
            self.reached['seen'] += 1
        else:
            assert self._dump() == before

    def _text(self, session: Living, back: int) -> str:
        generation = max(0, len(session.tokens) - 1 - back)
        if generation < len(session.tokens):
            return session.tokens[generation].text
        salt = next(row.salt for row in self._rows(Session) if row.id == session.id)
        return self.backend.rotation.tokens.issue(session.id, generation, salt)

    def _forged(self, session: Living, kind: str) -> str:
        version, session_id, generation, secret = session.leaf.text.split('.')
        forged = {
            'altered': altered(session.leaf.text),
            'renumbered': f'{version}.{session_id}.{int(generation) + 1}.{secret}',
            'moved': f'{version}.{"A" * len(session_id)}.{generation}.{secret}',
            'garbage': 'garbage',
        }
        return forged[kind]

    def _end(self, session: Living, reason: str) -> None:
        if not session.is_purged and session.end_reason is None:
            session.end_reason = str(reason)

    def _end_all(self, owner: Owner, reason: str, keep: Living | None = None) -> None:
        owner.epoch += 1
        for session in self.sessions:
            is_other = session.owner is owner and session is not keep
            if is_other and session.is_within_limits(self.clock.now):
                self._end(session, reason)

    def _go_to(self, session: Living, edge: str, ticks: int) -> None:
        used_at = session.tokens[-2].used_at if len(session.tokens) > 1 else None
        edges = {
            'overlap': (used_at or session.leaf.issued_at) + OVERLAP,
            'seen': session.leaf.issued_at + SEEN_AFTER,
            'burst': session.leaf.issued_at + OVERLAP,
            'idle': session.idle_until,
            'absolute': session.absolute_until,
            'purge': session.idle_until + REMEMBERED,
        }
        self.clock.now = edges[edge] + ticks * TICK

    def _rows(self, table: type[User | Session | RefreshToken]) -> list[Row[Any]]:
        with self.backend.database.read() as connection:
            return list(connection.execute(select(*table.__table__.columns)))

    def _dump(self) -> list[list[Row[Any]]]:
        return [sorted(self._rows(table), key=str) for table in (User, Session, RefreshToken)]


def _compare(session: Living, rows: dict[int, Row[Any]]) -> None:
    live = [row for row in rows.values() if row.used_at is None and row.superseded_at is None]
    assert [row.generation for row in live] == [len(session.tokens) - 1]
    assert len(rows) <= session.most_rows()
    for generation, token in enumerate(session.tokens):
        row = rows.get(generation)
        if row is None:
            assert token.is_superseded or token.is_pruned
        else:
            assert not token.is_pruned
            assert (row.issued_at, row.used_at) == (token.issued_at, token.used_at)
            assert (row.seen_at is not None) == token.is_seen
            assert (row.superseded_at is not None) == token.is_superseded


# --- The test ---


@pytest.fixture
def model_backend(settings: AuthSettings) -> Iterator[AuthBackend]:
    """Give a backend whose absolute limit is near, and whose SQLite does not wait for the disk."""
    limits = SessionLimits(absolute_seconds=ABSOLUTE)
    backend = build_backend(replace(settings, limits=limits))
    if backend.database._engine.dialect.name == 'sqlite':
        event.listen(backend.database._engine, 'connect', _do_not_wait_for_the_disk)
        backend.database.close()  # connections made so far do
    yield backend
    backend.close()


def _do_not_wait_for_the_disk(connection: Any, _record: object) -> None:
    connection.execute('PRAGMA synchronous = OFF')


def test_model_agrees_with_the_code(
    model_backend: AuthBackend, clock: Clock, stored: Stored
) -> None:
    """Shows that whatever comes when, code and rules agree on answer, rows and announcements."""
    announced: list[tuple[str, str]] = []
    reached: Counter[str] = Counter()
    model_backend.sessions.on_ended(lambda *end: announced.append(end))

    run_state_machine_as_test(
        lambda: Histories(model_backend, clock, announced, reached),  # type: ignore[arg-type]
        settings=settings_of_this_run(),
    )

    assert set(reached) >= TO_BE_REACHED


def settings_of_this_run() -> settings:
    return settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        derandomize='MODEL_HISTORIES' not in os.environ,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
