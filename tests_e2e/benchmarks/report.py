"""What is printed at the end: the figures, their floors, and whether the aims are reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .samples import Sample

MIN_REFRESHES = 0.5  # of the lower floor: bare commits or bare routes
MIN_LOGINS = 0.9  # of what the cores can hash
MAX_CALL_MS = 100  # of 99 in 100 calls, while everybody signs in


@dataclass
class Figure:
    """One row: something that was measured, and what limits it on this machine."""

    section: str
    label: str
    at_once: int
    floors: dict[str, Figure] = field(default_factory=dict)
    sample: Sample = field(default_factory=Sample)

    def share_of(self, floor: str) -> float:
        """Return how much of a floor it reaches."""
        return self.sample.rate / self.floors[floor].sample.rate

    def __str__(self) -> str:
        """Name it."""
        return f'{self.section}, {self.at_once} at once: {self.label}'

    @property
    def share_of_lowest(self) -> float:
        """How much of its lowest floor it reaches."""
        return max(map(self.share_of, self.floors))


@dataclass(frozen=True)
class Aim:
    """What a figure should reach: a share of its lowest floor, or a time."""

    figure: Figure
    least_share: float | None = None
    most_ms: float | None = None

    def __str__(self) -> str:
        """Say what was aimed at and what was reached."""
        figure = self.figure
        if self.least_share is not None:
            is_reached = figure.share_of_lowest >= self.least_share
            text = f'{figure.share_of_lowest:.0%} of the lowest floor, aim {self.least_share:.0%}'
        else:
            assert self.most_ms is not None
            reached = figure.sample.percentile(99)
            is_reached = reached < self.most_ms
            text = f'p99 {reached:.0f} ms, aim below {self.most_ms} ms'
        return f'  {"reached" if is_reached else "MISSED ":<8} {figure}: {text}'


def print_report(figures: Iterable[Figure], aims: Iterable[Aim]) -> None:
    """Print one aligned table, section by section, and the aims below it."""
    section = ''
    figures = list(figures)
    for figure in figures:
        if figure.section != section:
            section = figure.section
            print(f'\n{section:<34}{"at once":>8}{"per s":>9}{"p50 ms":>9}{"p99 ms":>9}')
        sample = figure.sample
        shares = ', '.join(f'{figure.share_of(name):.0%} of {name}' for name in figure.floors)
        print(
            f'  {figure.label:<32}{figure.at_once:>8}{sample.rate:>9.0f}'
            f'{sample.percentile(50):>9.2f}{sample.percentile(99):>9.2f}   {shares}'.rstrip()
        )
    print('\nAims')
    for aim in aims:
        print(aim)
    busiest = max(figure.sample.own_cpu_seconds / figure.sample.seconds for figure in figures)
    print(f'\nMaking the load took at most {busiest:.0%} of one core.')
