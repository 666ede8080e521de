"""Counts that a test wants to show even when it passes: a table at the end of the run.

They travel with the test's report, so neither captured output nor parallel workers swallow them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

Row = dict[str, object]
AddRow = Callable[[str, Row], None]
_PROPERTY = 'row of '


def row_adder(record_property: Callable[[str, object], None]) -> AddRow:
    """Return what adds a row to the table of a title; its columns are the keys of the first row."""
    return lambda title, row: record_property(_PROPERTY + title, row)


def tables(reports: Iterable[pytest.TestReport]) -> dict[str, list[Row]]:
    """Collect the rows of all finished tests by title."""
    found: dict[str, list[Row]] = {}
    for report in reports:
        for name, row in report.user_properties if report.when == 'call' else []:
            if name.startswith(_PROPERTY) and isinstance(row, dict):
                found.setdefault(name.removeprefix(_PROPERTY), []).append(row)
    return found


def lines_of(rows: list[Row]) -> list[str]:
    """Lay a table out in the columns of its first row."""
    cells = [list(rows[0]), *([str(row.get(column, '')) for column in rows[0]] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return ['  '.join(map(str.ljust, row, widths)).rstrip() for row in cells]
