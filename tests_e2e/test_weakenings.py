"""The weakenings themselves: an edit that no longer fits the code would show nothing."""

from __future__ import annotations

import pytest

from .weakening_list import WEAKENINGS, Weakening
from .weakenings import ROOT


@pytest.mark.parametrize('weakening', WEAKENINGS, ids=[each.name for each in WEAKENINGS])
def test_weakening_fits_the_code(weakening: Weakening) -> None:
    """What it replaces is there exactly once, and so is the test that it must turn red."""
    test_file, _, test = weakening.test_path.partition('::')
    tests = (ROOT / test_file).read_text(encoding='utf-8')

    assert (ROOT / weakening.file).read_text(encoding='utf-8').count(weakening.find) == 1
    assert f'def {test.rpartition("::")[2]}(' in tests


def test_names_are_unique() -> None:
    """A weakening is run by its name."""
    assert len({each.name for each in WEAKENINGS}) == len(WEAKENINGS)
