"""The snippets of `docs/testing-tabs.md` are the tests of this file: read from there, run as is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_browser
PAGE = Path(__file__).parent.parent / 'docs' / 'testing-tabs.md'


def python_of(markdown: str) -> str:
    """Blank out all but the Python blocks, so that each line of code keeps its number."""
    is_code = False
    lines = []
    for line in markdown.splitlines():
        is_code = is_code or line == '```python'
        lines.append(line if is_code and not line.startswith('```') else '')
        is_code = is_code and line != '```'
    return '\n'.join(lines)


SOURCE = python_of(PAGE.read_text(encoding='utf-8'))
exec(compile(SOURCE, PAGE, 'exec'))


def test_every_snippet_is_run() -> None:
    """Each block of the page but the first, which imports, has become a test of this module."""
    blocks = PAGE.read_text(encoding='utf-8').count('```python')
    named = re.findall(r'^def (test_\w+)\(', SOURCE, re.MULTILINE)

    assert len(named) == blocks - 1 > 0
    assert set(named) <= globals().keys()
