"""P20: every line of the security checklist has a test, and the docs say which."""

from __future__ import annotations

from .checklist import LINES, PAGE, marked_tests


def test_every_line_has_a_test() -> None:
    """No line without a test, no test for a line that there is not."""
    assert {one for test in marked_tests() for one in test.ids} == set(LINES)


def test_docs_name_every_marked_test() -> None:
    """The table was written after the last test was marked, and nothing in it has failed."""
    page = PAGE.read_text(encoding='utf-8')

    for test in marked_tests():
        assert f'`{test.file}::{test.name}`' in page
    assert 'FAILED' not in page
