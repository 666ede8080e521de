"""What is drawn for one session's user: nothing until the page is bound, nothing after it has ended.

`@private_page` is all that the author of such a page writes:

    @private_page('/notes', 'Notes')
    def notes(me: Identity) -> None:
        ui.label(f'Notes of {me.name}')
        ui.button('Delete all', on_click=lambda: delete_notes_of(me.user_id))

Each event of what it has drawn asks first whether the session is still alive (socket_guard.py). Further
parameters of the function are the query's, as NiceGUI hands them to sub pages; they come from whoever
has made the link.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Concatenate

from nicegui import Client, ui

from auth import Identity

from .elements import Text
from .page_sessions import PageSessions
from .routes import FAILED, Routes

BUSY = 'The service is busy. Please try again.'
REDRAW_AFTER_SECONDS = 2.0

# What follows the identity comes from the query.
Build = Callable[Concatenate[Identity, ...], Awaitable[None] | None]


@dataclass(frozen=True)
class PrivatePage:
    """A page at an address of its own, and how to draw it."""

    title: str
    build: Build
    in_menu: bool = True

    @cached_property
    def of_the_query(self) -> inspect.Signature:
        """The parameters that an address may set: never the first, which is the identity."""
        try:
            signature = inspect.signature(self.build, eval_str=True)
        except NameError:  # a type that is imported for type checkers alone
            signature = inspect.signature(self.build)
        _, *others = signature.parameters.values()
        return inspect.Signature(
            [
                each
                for each in others
                if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
            ]
        )


class RegisteredPages(dict[str, PrivatePage]):
    """Private pages by path; no more can come once `pages.install` has taken them over."""

    are_installed = False


# Filled by the decorator as modules are imported, as NiceGUI does with its own pages.
registered_pages = RegisteredPages()


def private_page(path: str, title: str, *, in_menu: bool = True) -> Callable[[Build], Build]:
    """Make a page for signed-in people, at `path`, of a function that is told who they are.

    It must be imported before `pages.install` is called. What is below the path is for `ui.sub_pages`
    inside of it, whose own paths begin there: `{'/': all_notes, '/{note_id}': one_note}`. `in_menu`:
    whether everybody sees a link to it; what somebody may do there is for the page to ask. Raises
    `ValueError` for a path that is taken or has parameters, and for a function that has none;
    `RuntimeError` if it is too late.
    """

    def register(build: Build) -> Build:
        add_private_page(path, PrivatePage(title, build, in_menu), build)
        return build

    return register


def add_private_page(path: str, page: PrivatePage, function: Callable[..., Any]) -> None:
    """Have this page at `path`; `ui.link` and `ui.navigate.to` take its function, too.

    Raises `ValueError` for a path that is taken or has parameters, and for a function that has none;
    `RuntimeError` if it is too late.
    """
    if registered_pages.are_installed:
        raise RuntimeError(
            f'{path} comes too late: import its module before pages.install is called.'
        )
    if not re.fullmatch(r'/|(/[^/{?#]+)+', path):
        raise ValueError(
            f'{path}: write it like /notes; only ui.sub_pages inside of it may have parameters.'
        )
    if not inspect.signature(function).parameters:
        raise ValueError(f'{path}: its function is called with whom it is for, and takes nobody.')
    if path in registered_pages:
        raise ValueError(f'There are two pages at {path}.')
    registered_pages[path] = page
    Client.page_routes[function] = path


class PrivateContent(ui.element):
    """Holds what only a living session's user may see."""

    def __init__(self) -> None:
        # The style sheet hides it as soon as the browser knows that the session is over. Inside,
        # elements stand one below the other, as NiceGUI's pages have it.
        super().__init__()
        self.classes('bound-only nicegui-column')


def draw_when_bound(sessions: PageSessions, page: PrivatePage) -> Callable[..., Awaitable[None]]:
    """Make a page builder that draws for the living session's user, and otherwise nothing."""

    async def draw(**query: Any) -> None:
        bound, routes = sessions.of(ui.context.client), ui.context.slot.parent
        identity = await bound.identity()
        if identity is not None:
            ui.page_title(page.title)
            with PrivateContent() as content, _whole_or_nothing(content):
                drawing = page.build(identity, **query)
                if drawing is not None:
                    await drawing
            if isinstance(routes, Routes):
                routes.look_beyond()
        elif bound.session_id:  # it is the database that did not answer
            Text('p', BUSY, classes='bound-only')
            ui.timer(REDRAW_AFTER_SECONDS, ui.context.client.sub_pages_router.refresh, once=True)

    # NiceGUI hands over what is named here, and draws anew when that changes.
    draw.__signature__ = page.of_the_query  # type: ignore[attr-defined]
    return draw


@contextmanager
def _whole_or_nothing(content: PrivateContent) -> Iterator[None]:
    """Show a sentence instead of half a page, if drawing it fails; the error is NiceGUI's to report."""
    is_whole = False
    try:
        yield
        is_whole = True
    finally:
        if not (is_whole or content.is_deleted):
            content.clear()
            with content:
                Text('p', FAILED).props('role=alert')
