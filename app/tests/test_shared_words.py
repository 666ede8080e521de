"""Words that both halves spell out: what Python says is what the browser's half listens for."""

from __future__ import annotations

import re
from pathlib import Path

from auth import EndReason
from pages.elements import Part

BROWSER = Path(__file__).parents[2] / 'pages' / 'browser'
NOT_TOLD = {EndReason.LOGOUT, EndReason.REPLACED}  # somebody's own doing, in this browser


def test_every_end_is_explained() -> None:
    """Shows that no session ends for a reason for which the login page has no sentence."""
    notice = (BROWSER / 'end_notice.js').read_text(encoding='utf-8')

    explained = set(re.findall(r'^  (\w+): "', notice, re.MULTILINE))

    assert explained == (set(EndReason) - NOT_TOLD) | {'other_tab'}


def test_every_part_is_drawn() -> None:
    """Shows that each class of a part has a component of its name, and each component its class."""
    joined = (BROWSER / 'parts.js').read_text(encoding='utf-8')

    registered = set(re.findall(r'^  (\w+),$', joined, re.MULTILINE))

    assert registered == {part.__name__ for part in Part.__subclasses__()}
