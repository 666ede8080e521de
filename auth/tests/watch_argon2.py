"""Watches argon2 at work: how often, and in which threads. It goes on doing its work."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from argon2 import low_level


def watch_argon2(monkeypatch: pytest.MonkeyPatch, *functions: str) -> list[str]:
    """Note the thread of each call of these: `hash_secret` makes, `verify_secret` compares."""
    threads: list[str] = []

    def watched(work: Callable[..., object]) -> Callable[..., object]:
        def note_and_work(*arguments: object, **more: object) -> object:
            threads.append(threading.current_thread().name)
            return work(*arguments, **more)

        return note_and_work

    for name in functions:
        monkeypatch.setattr(low_level, name, watched(getattr(low_level, name)))
    return threads
