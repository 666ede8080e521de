"""P15 for page authors: what they write is escaped, and drawn again for whom the page is bound to."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from markupsafe import Markup
from nicegui import Client, ui
from nicegui.testing import User
from starlette.testclient import TestClient

import auth
import pages
from pages import server_rendered_page
from pages.private_pages import registered_pages
from pages.server_rendered import ServerRenderedPage, content_of, server_rendered

from .test_binding import IssueTicket, present

PATH = '/card'
KNOWN_IN_THE_DOCS = {
    'auth': auth,
    'pages': pages,
    'Markup': Markup,
}


@pytest.fixture
def card() -> None:
    """A page as the docs show it."""

    @server_rendered_page(PATH, 'Card')
    async def card(me: auth.Identity) -> Markup:
        return Markup('<h1>Card of {}</h1>').format(me.name)


@pytest.fixture
def user(card: None, user: User) -> User:
    """The simulated user of an app that has this page."""
    return user


def drawn(client: Client) -> list[str]:
    """Return what has been drawn as HTML on this page."""
    return [each.content for each in client.elements.values() if isinstance(each, ui.html)]


async def test_bound_page_is_drawn_again(
    user: User, ada: auth.Identity, ticket_for: IssueTicket
) -> None:
    """Nothing over the socket before the ticket; then the same HTML that a visit would have had."""
    client = await user.open(PATH)
    before = drawn(client)

    await present(client, ticket_for(ada, client.id))

    await user.should_see(ui.html)
    assert before == []
    assert drawn(client) == ['<h1>Card of Ada</h1>']


async def test_name_is_text_and_never_html(card: None, ada: auth.Identity) -> None:
    """Who calls themselves a script is shown as one, and does not run."""
    mallory = replace(ada, name='<script>alert(1)</script>')
    page = registered_pages[PATH]

    content = await content_of(page.render, mallory)  # type: ignore[attr-defined]

    assert content == '<h1>Card of &lt;script&gt;alert(1)&lt;/script&gt;</h1>'


async def test_plain_text_is_refused(ada: auth.Identity) -> None:
    """An f-string would escape nothing, so it is not taken."""

    async def careless(me: auth.Identity) -> Markup:
        return f'<h1>{me.name}</h1>'  # type: ignore[return-value]

    with pytest.raises(TypeError, match='Markup'):
        await content_of(careless, ada)


async def test_page_comes_without_a_name_if_the_database_does_not_answer(
    ada: auth.Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the shell then, and its script asks for itself; nothing is said of the user."""
    added: list[str] = []
    monkeypatch.setattr(ui, 'add_body_html', added.append)
    monkeypatch.setattr(ui, 'page_title', added.append)

    async def failing(me: auth.Identity) -> Markup:
        raise auth.DatabaseUnavailable('gone')

    await server_rendered('Card', failing).put_into_document(ada)

    assert added == []


def test_documented_programs_work(backend: auth.AuthBackend, settings: auth.AuthSettings) -> None:
    """Each block of Python in docs/server-rendering.md, as it stands there."""
    page = Path(pages.__file__).parent.parent / 'docs' / 'server-rendering.md'
    blocks = re.findall(r'```python\n(.*?)```', page.read_text(encoding='utf-8'), re.DOTALL)
    names = {'app': FastAPI(), 'backend': backend} | KNOWN_IN_THE_DOCS
    assert len(blocks) == 2

    for block in blocks:
        exec(block, names)

    assert isinstance(registered_pages.pop(PATH), ServerRenderedPage)
    client = TestClient(names['app'])  # type: ignore[arg-type]
    assert client.get('/hello').text == 'Hello stranger'
