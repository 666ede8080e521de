"""P3 and P5: a page in which people sign in and out all day is as light as at its first sign-in."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from .kit.leftovers import count_leftovers, grown, left_in, retained
from .kit.network import hold
from .kit.tabs import OpenTab
from .program.bare import join_bare
from .program.people import Person
from .program.server import Server

EVENTS = ('storage', 'state', 'trace', 'visibilitychange', 'online', 'pageshow', 'pagehide')
ROUNDS = 100
WARM_UP = 3
LEAKING_ROUNDS = 20
ROUNDS_IN_THE_APP = 10
# The trace keeps its last 500 events: fill it first, or it would look like a leak.
FILL_TRACE = 'for (let i = 0; i < 500; i++) auth.trace.add("filling")'
# The trace is shared a moment later, by a timer that ends then.
ONE_TIMER = 'leftovers.timers() === 1'
OUT_AND_IN = """async ([form, rounds]) => {
    for (let i = 0; i < rounds; i++) {
        await auth.logout();
        await auth.login(form);
    }
}"""
OUT_AND_IN_UNTIL_BOUND = """async ([form, rounds]) => {
    for (let i = 0; i < rounds; i++) {
        await auth.logout();
        const bound = new Promise((done) => {
            const hear = ({ detail }) => {
                if (detail.kind !== 'page.bound' || detail.tab !== auth.trace.tab) return;
                auth.removeEventListener('trace', hear);
                done();
            };
            auth.addEventListener('trace', hear);
        });
        await auth.login(form);
        await bound;
    }
}"""
# No leak: it goes with the event.
LISTEN_ONCE = """() => {
    document.addEventListener('visibilitychange', () => {}, { once: true });
    document.dispatchEvent(new Event('visibilitychange'));
}"""
# What a hurried person might write: a new token holder, and a timer, for each sign-in.
LEAK = """async (rounds) => {
    for (let i = 0; i < rounds; i++) {
        await new auth.constructor().start();
        setTimeout(() => {}, 3_600_000);
    }
}"""


@pytest.fixture
def bare(context: BrowserContext, tabs: OpenTab, server: Server, person: Person) -> Page:
    """A page with nothing but the token holder, signed in, and warm."""
    count_leftovers(context, classes=['AuthClient'])
    tab = tabs()
    join_bare(tab, server.url, person)
    tab.evaluate(FILL_TRACE)
    tab.evaluate(OUT_AND_IN, [person.form, WARM_UP])
    return tab


@pytest.mark.one_browser
@pytest.mark.only_browser('chromium')  # it can be told to collect its garbage
def test_hundred_sign_ins_leave_one_timer(bare: Page, person: Person) -> None:
    """One timer, one listener of each kind, and no more memory; a leak would be seen."""
    bare.wait_for_function(ONE_TIMER)
    before, memory_before = left_in(bare, EVENTS), retained(bare)

    bare.evaluate(OUT_AND_IN, [person.form, ROUNDS])
    bare.evaluate(LISTEN_ONCE)

    bare.wait_for_function(ONE_TIMER)
    memory = retained(bare)
    assert left_in(bare, EVENTS) == before
    assert before['storage'] == before['visibilitychange'] == 1
    assert grown(memory_before, memory) == set()
    bare.evaluate(LEAK, LEAKING_ROUNDS)
    assert left_in(bare, EVENTS)['timers'] >= before['timers'] + LEAKING_ROUNDS
    assert left_in(bare, EVENTS)['storage'] == before['storage'] + LEAKING_ROUNDS
    assert grown(memory, retained(bare)) == {'listeners', 'heap_bytes'}


@pytest.mark.one_browser
def test_dashboards_come_and_go_without_a_trace(
    context: BrowserContext, tabs: OpenTab, server: Server, person: Person
) -> None:
    """Each sign-in draws a dashboard, each logout takes it away with its timers and its listeners."""
    count_leftovers(context, classes=['AuthClient'])
    tab = tabs()
    person.join(tab, server.url)
    tab.evaluate(OUT_AND_IN_UNTIL_BOUND, [person.form, WARM_UP])
    person.sees_dashboard(tab)
    before = left_in(tab, EVENTS)
    assert before['state'] > 1  # the cards do listen

    tab.evaluate(OUT_AND_IN_UNTIL_BOUND, [person.form, ROUNDS_IN_THE_APP])

    person.sees_dashboard(tab)
    tab.wait_for_function('timers => leftovers.timers() <= timers', arg=before['timers'])
    assert left_in(tab, EVENTS) | {'timers': 0} == before | {'timers': 0}


@pytest.mark.one_browser
def test_closed_client_does_not_come_back(bare: Page, person: Person) -> None:
    """A sign-in is on its way when the token holder is closed: it holds no token afterwards."""
    held = hold(bare, '**/auth/login')
    with bare.expect_request('**/auth/login'):
        bare.evaluate('form => { globalThis.login = auth.login(form) }', person.form)

    bare.evaluate('auth.close()')
    held.wait_for().continue_()
    bare.evaluate('login')

    assert bare.evaluate('auth.token.describe()') is None
