"""P14: a separate program, with everything that it could get hold of, changes and reads nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from websockets import Origin
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.sync.client import connect

from .attacker import Loot
from .kit.auth_trace import wait_for_trace
from .program.people import Person, api_status, log_out
from .program.server import ROOT, Server, scrubbed_environment
from .program.socket_page import SOCKET_PATH
from .program.spy import keep_bearer

pytestmark = pytest.mark.one_browser  # the attacker uses none

KEEP_TICKETS = """() => {
    const send = fetch;
    globalThis.tickets = [];
    globalThis.fetch = async (url, init) => {
        const answer = await send(url, init);
        if (String(url).endsWith('/auth/socket-ticket'))
            tickets.push((await answer.clone().json()).ticket);
        return answer;
    };
}"""
BUTTON_OF_PAGE = """(text) => {
    const found = Object.entries(mounted_app.elements).find(([, element]) => element.text === text);
    return { element: Number(found[0]), listener: found[1].events[0].listener_id };
}"""
ANOTHER_TICKET = """() => auth.fetch('/auth/socket-ticket', {
    method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Requested-With': 'x' },
    body: JSON.stringify({ client_id: clientId }) }).then((answer) => answer.json())"""
PRESS = """({ element, listener }) => socket.emit('event', {
    client_id: clientId, id: element, listener_id: listener, args: ['{}'] })"""
MAX_SECONDS = 60
ANSWER_SECONDS = 10
SOCKET = f'{SOCKET_PATH}/?EIO=4&transport=websocket'
# The numbers of Socket.IO's packets in other digits, which Python's `int` reads as well.
EVENT, BINARY_EVENT = '\N{ARABIC-INDIC DIGIT TWO}', '\N{ARABIC-INDIC DIGIT FIVE}'
ATTACHED = '["javascript_response",{"_placeholder":true,"num":0}]'
ASKS_FOR_NOTHING, ANSWER = '40/nothing,', '44/nothing,'

OpenPage = Callable[[], Page]


def attack(loot: Loot, server: Server) -> dict[str, Any]:
    """Let the other program do what it can."""
    program = subprocess.run(
        [sys.executable, '-m', 'tests_e2e.attacker'],
        cwd=ROOT,
        env=scrubbed_environment(ROOT),
        input=json.dumps(asdict(loot)),
        capture_output=True,
        text=True,
        timeout=MAX_SECONDS,
        check=False,
    )
    assert program.returncode == 0, program.stderr
    report: dict[str, Any] = json.loads(program.stdout)
    return report


def cookie_of(page: Page) -> tuple[str, str]:
    """Return name and value of the refresh cookie."""
    (cookie,) = page.context.cookies()
    return cookie['name'], cookie['value']


@pytest.mark.checklist('V4.4.3', 'V7.4.1', 'V16.3.1')
def test_program_with_everything_does_nothing(
    devices: OpenPage, server_with: Callable[..., Server], person: Person
) -> None:
    """The page's id and its button, tickets, a socket, the cookie and token of an ended session."""
    server = server_with('--log-level', 'info')
    victim, old_device, phone = devices(), devices(), devices()
    person.join(victim, server.url)
    for device in (old_device, phone):
        device.add_init_script(f'({KEEP_TICKETS})()')
        keep_bearer(device)
        person.come_back(device, server.url)
        wait_for_trace(device, 'page.bound')
    name, cookie = cookie_of(old_device)
    access_token = old_device.evaluate('bearer').removeprefix('Bearer ')
    log_out(old_device)
    wait_for_trace(victim, 'page.bound')
    expect(victim.get_by_role('button', name='End session')).to_have_count(1)
    button = victim.evaluate(BUTTON_OF_PAGE, 'Log out other devices')
    loot = Loot(
        url=server.url,
        cookie_name=name,
        page_id=victim.evaluate('clientId'),
        ticket=phone.evaluate('tickets[0]'),
        fresh_ticket=victim.evaluate(ANOTHER_TICKET)['ticket'],
        cookie=cookie,
        access_token=access_token,
        **button,
    )

    report = attack(loot, server)

    assert report['answers'] == {
        'socket from an evil origin': 'refused',
        "socket for the victim's page": 'refused',
        'refresh with an old cookie': 401,
        'refresh from an evil origin': 403,
        'call with an old access token': 401,
        'log out everywhere with it': 401,
        'list of devices with it': 401,
        "handshake for the victim's page": False,
        'used ticket': 'bound to nobody',
        'ticket for another page': 'bound to nobody',
        'garbage as ticket': 'bound to nobody',
    }
    for private in (person.name, person.email, 'Your devices'):
        assert private not in report['heard']
    for event, times, details in EXPECTED_EVENTS:
        server.wait_for(event, times, **details)
        assert server.count(event, **details) == times, (event, details)
    person.sees_dashboard(phone)
    assert api_status(phone) == 200
    # The same message does work from the page itself: nothing else was missing.
    victim.evaluate(PRESS, button)
    expect(phone.get_by_text('You ended this session')).to_be_visible()


@pytest.mark.parametrize(
    ('said', 'is_closed'),
    [
        ([f'451-{ATTACHED}', b'one attachment'], False),
        (['42["event",{},{}]'], False),
        ([f'452-{ATTACHED}'], True),
        (['461000000-[]'], True),
        (['42["event"'], True),
        (['4{"type": 2}'], True),
        ([b'2'], True),
        (['42[]'], True),
        (['42{"event":1}'], True),
        (['42["connect",{}]'], True),
        (['42["disconnect",1,2,3]'], True),
        ([f'451-{ATTACHED.replace("0", "7")}', b'another one'], True),
        ([f'4{EVENT}["connect",5]'], True),
        ([f'4{BINARY_EVENT}2-{ATTACHED}', b'one'], True),
    ],
    ids=[
        'one',
        'two arguments',
        'two',
        'a million',
        'half',
        'JSON',
        'unannounced',
        'nothing',
        'no list',
        'connecting',
        'disconnecting',
        'a placeholder for nothing',
        'connecting, in other digits',
        'two, in other digits',
    ],
)
def test_socket_that_speaks_otherwise_is_closed(
    server: Server, said: list[str | bytes], is_closed: bool
) -> None:
    """Nobody has signed in there; what it announces would be kept until all of it has come."""
    denied = server.count('message_denied', what='packet')
    with connect(server.url.replace('http', 'ws') + SOCKET, origin=Origin(server.url)) as socket:
        heard = ''
        with suppress(ConnectionClosed):
            for message in ('40', *said, ASKS_FOR_NOTHING):
                socket.send(message)
            while ANSWER not in heard:
                heard = str(socket.recv(timeout=ANSWER_SECONDS))

    assert (ANSWER in heard) is not is_closed
    if is_closed:
        server.wait_for('message_denied', denied + 1, what='packet')
    assert 'Traceback' not in server.output  # ten bytes on the line were half a kilobyte in the log


def test_message_without_end_is_not_kept(server: Server) -> None:
    """A message is counted while it comes, not when it is whole: by then it has taken the memory."""
    with connect(server.url.replace('http', 'ws') + SOCKET, origin=Origin(server.url)) as socket:

        def never_ending() -> Iterator[str]:
            for _ in range(3):
                yield 'x' * 2**19
            while True:
                socket.recv(timeout=ANSWER_SECONDS)

        with pytest.raises(ConnectionClosed) as closed:
            socket.send(never_ending())

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CloseCode.MESSAGE_TOO_BIG


DENIED = ('connect', 'handshake', 'event', 'javascript_response', 'ack', 'log')
EXPECTED_EVENTS: list[tuple[str, int, dict[str, str]]] = [
    ('malicious_cors', 2, {}),
    *(('message_denied', 1, {'what': what}) for what in DENIED),
    ('refresh_refused', 1, {'why': 'logout'}),
    ('token_refused', 3, {'why': 'logout'}),
    ('ticket_refused', 3, {}),
]
