"""What one password hash costs. Tests that are about something else use the cheapest real one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Argon2Profile:
    """The cost of one argon2id hash."""

    memory_kib: int
    passes: int
    lanes: int


# OWASP Password Storage Cheat Sheet, argon2id, first recommended figures.
OWASP_ARGON2ID = Argon2Profile(memory_kib=19_456, passes=2, lanes=1)
# For tests that are about something else: real argon2id, as cheap as it gets.
CHEAPEST_ARGON2ID = Argon2Profile(memory_kib=8, passes=1, lanes=1)
