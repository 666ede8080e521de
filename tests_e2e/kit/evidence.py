"""What a browser of one's own did, kept for a test that fails: a trace, and pictures of its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import BrowserContext, Error


@contextmanager
def watched(
    context: BrowserContext, keep_as: str, has_failed: Callable[[], bool], *, pictures: bool = True
) -> Iterator[BrowserContext]:
    """Trace a browser; save `keep_as.zip` if the test has failed, or the `with` block raises.

    Calls, console and network only. The snapshots and films that `--tracing` adds made ten Firefox
    tabs eight times slower (94 s instead of 12 s), and both at once do not work. `playwright
    show-trace` opens it.
    """
    context.tracing.start(screenshots=False, snapshots=False, sources=True)
    failed = True
    try:
        yield context
        failed = has_failed()
    finally:
        with suppress(Error):  # the test has closed this one itself
            context.tracing.stop(path=f'{keep_as}.zip' if failed else None)
            for number, page in enumerate(context.pages if failed and pictures else [], 1):
                page.screenshot(path=f'{keep_as}-{number}.png')
