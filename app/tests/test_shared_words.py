"""Words that both halves spell out: what Python says is what the browser's half listens for."""

from __future__ import annotations

import re
from pathlib import Path

from auth import EndReason
from pages.elements import Component

ROOT = Path(__file__).parents[2]
BROWSER = ROOT / 'pages' / 'browser'
REFRESHED = {
    'refresh.rotated',
    'refresh.overlapped',
    'refresh.recovered',
}  # one call notes them all
NOT_TOLD = {EndReason.LOGOUT, EndReason.REPLACED}  # somebody's own doing, in this browser


def test_every_end_is_explained() -> None:
    """Shows that no session ends for a reason for which the login page has no sentence."""
    notice = (BROWSER / 'end_notice.js').read_text(encoding='utf-8')

    explained = set(re.findall(r'^  (\w+): "', notice, re.MULTILINE))

    assert explained == (set(EndReason) - NOT_TOLD) | {'other_tab'}


def test_every_component_is_drawn() -> None:
    """Shows that what Python puts into a page is known to the browser by its name, and nothing else."""
    joined = (BROWSER / 'components.js').read_text(encoding='utf-8')

    registered = set(re.findall(r'^  (\w+),$', joined, re.MULTILINE))

    assert registered == {each.__name__ for each in Component.__subclasses__()}


def test_every_kind_of_trace_is_explained() -> None:
    """Shows that what token holders note has a sentence on the trace card, and a line in the docs."""
    scripts = [*BROWSER.glob('*.js'), *(ROOT / 'auth' / 'browser').glob('*.js')]
    code = '\n'.join(script.read_text(encoding='utf-8') for script in scripts)
    card = (BROWSER / 'trace_card.js').read_text(encoding='utf-8')
    docs = (ROOT / 'docs' / 'testing-tabs.md').read_text(encoding='utf-8')
    table = docs.partition('## What a page notes')[2].partition('\n## ')[0]

    noted = set(re.findall(r'trace\.add\("([\w.]+)"', code)) | REFRESHED
    on_card = set(re.findall(r'^  "?([\w.]+)"?: "', card, re.MULTILINE)) | {'state'}
    in_docs = {
        kind
        for line in re.findall(r'^\| (`.+?) \|', table, re.MULTILINE)
        for kind in re.findall(r'`([\w.]+)`', line)
    }

    assert noted == on_card
    assert noted == in_docs
