"""P1: the access token is in memory only: no storage, cookie, DOM, URL, console, message or log.

The test learns each token by hooking `fetch` before the page does anything, as a script that got
into the page could; then it looks everywhere else for it.
"""

from __future__ import annotations

import json

from .kit.tabs import OpenTab
from .program.people import Person
from .program.server import Server
from .program.spy import ASK_FOR_EVERYTHING, READ_EVERYTHING, SPY, secrets_of, use_everything


def test_access_token_is_nowhere_but_in_memory(
    tabs: OpenTab, server: Server, person: Person
) -> None:
    """After everything a person can do with it, no place in the browser or the log holds it."""
    tab, other = tabs(), tabs()
    console: list[str] = []
    tab.context.add_init_script(SPY)
    tab.on('console', lambda message: console.append(message.text))
    other.goto(f'{server.url}/login')
    use_everything(tab, server, person)
    person.sees_dashboard(other)

    places = {
        'page': tab.evaluate(READ_EVERYTHING),
        'cookies': json.dumps(tab.context.cookies()),
        'messages to other tabs': tab.evaluate('spy.messages()'),
        'socket': tab.evaluate('spy.frames()'),
        'console': '\n'.join(console),
        'log': server.output,
    }

    signatures = secrets_of(tab)
    assert len(signatures) >= 2
    for place, content in places.items():
        assert not any(signature in content for signature in signatures), place
    # The same search does find what is there.
    assert person.name in places['page']
    assert 'refresh-' in places['cookies']
    assert '"kind":"login"' in places['messages to other tabs']
    assert 'eyJ' in places['socket']  # the ticket, which is a signed token of another kind
    assert 'registered' in places['log']
    person.sees_dashboard(tab)


def test_page_asks_the_holder_in_vain(tabs: OpenTab, server: Server, person: Person) -> None:
    """No method or property of the token holder gives the token away."""
    tab = tabs()
    tab.context.add_init_script(SPY)
    person.register(tab, server.url)

    told = tab.evaluate(ASK_FOR_EVERYTHING)

    signatures = secrets_of(tab)
    assert signatures
    assert 'claims' in told  # it describes the token,
    assert not any(signature in told for signature in signatures)  # but never its signature
    person.sees_dashboard(tab)
