"""P18: passwords and tokens never cross the NiceGUI socket."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .kit.tabs import OpenTab
from .program.people import Person, log_out, press, sees_login_page
from .program.server import Server
from .program.spy import SPY, use_everything


@pytest.mark.checklist('V3.3.2')
def test_no_password_or_token_in_any_frame(tabs: OpenTab, server: Server, person: Person) -> None:
    """Registering, a wrong and a right login, everything on the dashboard: all frames are searched."""
    tab = tabs()
    tab.context.add_init_script(SPY)
    use_everything(tab, server, person)
    log_out(tab)
    sees_login_page(tab)
    tab.get_by_label('Email').fill(person.email)
    tab.get_by_label('Password', exact=True).fill(f'wrong {person.password}')
    tab.get_by_role('button', name='Show password').click()
    press(tab, 'Sign in')
    expect(tab.get_by_role('alert')).to_be_visible()
    tab.get_by_label('Password', exact=True).fill(person.password)
    press(tab, 'Sign in')
    person.sees_dashboard(tab)

    frames = tab.evaluate('spy.frames()')
    cookies = [cookie['value'] for cookie in tab.context.cookies()]

    assert '/dashboard' in frames  # the search does see the frames,
    assert person.name in frames  # in both directions
    tokens = tab.evaluate('spy.tokens()')
    assert len(tokens) >= 3
    for secret in [person.password, *tokens, *cookies]:
        assert secret not in frames
