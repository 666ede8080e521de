"""A clock that only a test moves."""

from __future__ import annotations

START = 1_800_000_000  # January 2027; any moment would do
MINUTE = 60
DAY = 86_400
JUST = 0.001  # seconds: on this side of an edge or on that


class Clock:
    """Unix seconds, standing still until `advance` is called."""

    def __init__(self) -> None:
        self.now = float(START)

    def __call__(self) -> float:
        """Return the moment, as `time.time` would."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Move the clock; a negative number sets it back."""
        self.now += seconds
