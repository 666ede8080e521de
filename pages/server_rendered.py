"""Pages that the server writes for their user: the name is in the first HTML, before any script runs.

    @server_rendered_page('/profile', 'Profile')
    async def profile(me: Identity) -> Markup:
        return Markup('<h1>{}</h1>').format(me.name)

The page request brings its user along (`auth.RefreshOnVisit`). That is good for this one answer and
binds nothing: as soon as the page is bound, it is drawn again as every private page is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from markupsafe import Markup
from nicegui import ui

from auth import AuthError, Identity

from .private_pages import PrivatePage, add_private_page
from .static_files import PREFIX

# `Markup`, because text in it is escaped: `Markup('<p>{}</p>').format(text)`.
Render = Callable[[Identity], Awaitable[Markup]]

_FIRST_HTML = Markup(
    '<main id="first-html" class="page" data-user="{user_id}">{content}</main>'
    '<script type="module" async src="{script}"></script>'
)


@dataclass(frozen=True)
class ServerRenderedPage(PrivatePage):
    """A private page that can also be put into the document itself."""

    render: Render = field(kw_only=True)

    async def put_into_document(self, identity: Identity) -> None:
        """Write it into the HTML that is being answered with."""
        try:
            content = await content_of(self.render, identity)
        except AuthError:
            return  # the session has ended, or the database does not answer: the script will ask
        ui.page_title(self.title)
        script = f'{PREFIX}/first_html.js'
        html = _FIRST_HTML.format(user_id=identity.user_id, content=content, script=script)
        ui.add_body_html(str(html))  # or NiceGUI's own HTML, appended to Markup, would be escaped


def server_rendered(title: str, render: Render) -> ServerRenderedPage:
    """Make a page of a coroutine that writes its HTML."""

    async def draw(identity: Identity) -> None:
        ui.html(await content_of(render, identity), sanitize=False).classes('full-width')

    return ServerRenderedPage(title, draw, render=render)


def server_rendered_page(path: str, title: str) -> Callable[[Render], Render]:
    """Make a page for signed-in people, at `path`, of a coroutine that writes its HTML.

    It must be imported before `pages.install` is called. Raises what `private_page` does.
    """

    def register(render: Render) -> Render:
        add_private_page(path, server_rendered(title, render), render)
        return render

    return register


async def content_of(render: Render, identity: Identity) -> Markup:
    """Return what a page has to show. Raises `TypeError` if that is text which nobody has escaped."""
    content = await render(identity)
    if not isinstance(content, Markup):
        raise TypeError('A server-rendered page must be written as Markup.')
    return content
