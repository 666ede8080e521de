"""P20: pages run their own scripts and nothing else, whoever writes what into them."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from .kit.tabs import OpenTab
from .program.people import Person, log_out, press, sees_login_page
from .program.server import Server

TELL_VIOLATIONS = """addEventListener('securitypolicyviolation', (event) => {
    console.error('CSP', event.effectiveDirective, event.blockedURI, event.sourceFile);
    (globalThis.violations ??= []).push(event.effectiveDirective);
})"""
INJECT_HTML = (
    """document.body.insertAdjacentHTML('beforeend', '<img src="/none.png" onerror="p = 1">')"""
)
INJECT_SCRIPT = """document.body.append(
    Object.assign(document.createElement('script'), { textContent: 'p = 1' }))"""
INJECT_FOREIGN_SCRIPT = """document.body.append(
    Object.assign(document.createElement('script'), { src: 'https://evil.example/evil.js' }))"""
INJECT_LINK = """document.body.insertAdjacentHTML('beforeend', '<a href="javascript:p = 1">x</a>');
    document.body.lastChild.click()"""
INJECTIONS = {
    'event handler': (INJECT_HTML, 'script-src-attr'),
    'script': (INJECT_SCRIPT, 'script-src-elem'),
    'script of another site': (INJECT_FOREIGN_SCRIPT, 'script-src-elem'),
    'javascript address': (INJECT_LINK, 'script-src-elem'),
}

TEMPLATE_NAMES = ['{{$slots.constructor.constructor("window.p=1")()}}', '" :hint="window.p=1']
# What a careless page would do with a name: write it into a template, and give that to Vue and NiceGUI.
USE_AS_TEMPLATE = """(name) => {
    Vue.createApp({ template: name }).mount(document.createElement('div'));
    const html = new DOMParser().parseFromString(`<p title="${name}">`, 'text/html');
    const attributes = [...html.querySelector('p').attributes];
    const props = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
    renderRecursively({ 1: { tag: 'p', class: [], style: {}, events: [], slots: {}, props } }, 1, {});
}"""


@pytest.fixture
def complaints(context: BrowserContext) -> list[str]:
    """What the browser says about violations of the policy, on whichever page."""
    said: list[str] = []
    context.add_init_script(TELL_VIOLATIONS)
    context.on('console', lambda message: said.append(message.text))
    return said


def about_the_policy(complaints: list[str]) -> list[str]:
    """Return those that name a violation, in Chromium's words, in Firefox's, and in our own."""
    words = ('CSP', 'Content Security Policy', 'Content-Security-Policy')
    return [each for each in complaints if any(word in each for word in words)]


@pytest.mark.checklist('V3.4.3')
def test_no_page_violates_its_policy(
    tabs: OpenTab, server: Server, person: Person, complaints: list[str]
) -> None:
    """Registering, each card, a reload, logging out, a page that is not there; then one violation."""
    tab = tabs()
    person.register(tab, server.url)
    press(tab, 'Call the API')
    expect(tab.get_by_text('Hello')).to_be_visible()
    press(tab, 'Refresh now')
    press(tab, 'Show raw')
    press(tab, 'Forget the token')
    press(tab, 'Log out other devices')
    expect(tab.get_by_text('This device', exact=True)).to_be_visible()
    tab.reload()
    person.sees_dashboard(tab)
    log_out(tab)
    sees_login_page(tab)
    tab.goto(f'{server.url}/no/such/page')
    expect(tab.get_by_role('heading', name='Page not found')).to_be_visible()
    assert about_the_policy(complaints) == []

    tab.evaluate(INJECT_SCRIPT)  # so what has not been heard until now would have been

    tab.wait_for_function('globalThis.violations')
    assert about_the_policy(complaints)


@pytest.mark.checklist('V3.4.3')
def test_injected_script_does_not_run(tabs: OpenTab, server: Server, person: Person) -> None:
    """Whichever way it gets into the page; on a page without the policy it does run."""
    tab, defenceless = tabs(), tabs()
    tab.context.add_init_script(TELL_VIOLATIONS)
    tab.context.route('https://evil.example/*', _serve_script)
    tab.context.route('**/defenceless', _serve_page)
    person.join(tab, server.url)
    for kind, (inject, directive) in INJECTIONS.items():
        defenceless.goto(f'{server.url}/defenceless')

        tab.evaluate(inject)
        defenceless.evaluate(inject)

        defenceless.wait_for_function('globalThis.p === 1')
        tab.wait_for_function('globalThis.violations?.length')
        assert tab.evaluate('violations.splice(0)') == [directive], kind
        assert tab.evaluate('globalThis.p') is None, kind


@pytest.mark.checklist('V1.3.7')
@pytest.mark.parametrize('name', TEMPLATE_NAMES)
@pytest.mark.one_browser  # it is Vue that would run it
def test_name_is_never_a_template(name: str, tabs: OpenTab, server: Server) -> None:
    """Vue and NiceGUI would run these names, if they came upon them where templates are."""
    tab, other = tabs(), tabs()
    somebody = Person(name=name)
    somebody.register(tab, server.url)
    press(tab, 'Call the API')
    expect(tab.get_by_text(f'Hello {name},')).to_be_visible()
    tab.reload()
    other.goto(server.url)

    for page in (tab, other):
        expect(page.get_by_role('heading', level=1)).to_have_text(name)
        expect(page.get_by_role('heading', name='Your devices')).to_be_visible()
        assert page.evaluate('window.p') is None
    other.evaluate(USE_AS_TEMPLATE, name)
    assert other.evaluate('window.p') == 1


def _serve_script(route: Route) -> None:
    route.fulfill(body='p = 1', content_type='text/javascript')


def _serve_page(route: Route) -> None:
    route.fulfill(body='<!doctype html><title>Defenceless</title><body>', content_type='text/html')
