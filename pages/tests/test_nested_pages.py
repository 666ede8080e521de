"""What lies below the address of a private page: only that page knows, once it has been drawn."""

from __future__ import annotations

import pytest
from nicegui import ui
from nicegui.testing import User

import auth
from pages import private_page
from pages.routes import MAX_ADDRESS_CHARACTERS, MAX_ADDRESS_PARTS

from .test_binding import IssueTicket, present

PATH = '/hub'


@pytest.fixture
def hub() -> None:
    """A private page that has pages of its own."""

    @private_page(PATH, 'Hub')
    async def hub(me: auth.Identity) -> None:
        ui.label(f'Hub of {me.name}')
        ui.sub_pages({'/': lambda: ui.label('Nothing chosen'), '/two': lambda: ui.label('Two')})


@pytest.fixture
def user(hub: None, user: User) -> User:
    """The simulated user of an app that has this page."""
    return user


@pytest.mark.parametrize(
    ('path', 'sees', 'misses'),
    [
        (f'{PATH}/two', 'Two', 'Page not found'),
        (PATH, 'Nothing chosen', 'Page not found'),
        (f'{PATH}/three', '404', 'Nothing chosen'),
        (f'{PATH}/two/three', '404', 'Two'),
        ('/dashboard/two', 'Page not found', 'Two'),
    ],
)
async def test_only_what_is_there_is_found(
    user: User, ada: auth.Identity, ticket_for: IssueTicket, path: str, sees: str, misses: str
) -> None:
    """A page below is found; where nothing is below, that is said."""
    client = await user.open(path)

    await present(client, ticket_for(ada, client.id))

    await user.should_see(sees)
    await user.should_not_see(misses)


@pytest.mark.parametrize(
    'more',
    ['/a' * MAX_ADDRESS_PARTS, '?x=' + 'y' * MAX_ADDRESS_CHARACTERS],
    ids=['many parts', 'many characters'],
)
async def test_long_addresses_are_not_looked_through(
    user: User, ada: auth.Identity, ticket_for: IssueTicket, more: str
) -> None:
    """NiceGUI's search takes a time quadratic in them, in which nobody else is served."""
    client = await user.open(PATH)
    await present(client, ticket_for(ada, client.id))
    await user.should_see(f'Hub of {ada.name}')

    with client:
        await client.sub_pages_router._handle_open(PATH + more)

    await user.should_see('Page not found')
    await user.should_not_see(f'Hub of {ada.name}')


def test_private_pages_have_no_parameters() -> None:
    """Their addresses could not be told from others in the browser."""

    def note(me: auth.Identity) -> None: ...

    with pytest.raises(ValueError, match='parameters'):
        private_page('/notes/{id}', 'Note')(note)
