"""Finds a Chromium and a Firefox; run as a program, it sees them start, and installs what is missing.

`python -m tests_e2e.kit.browsers` prepares this machine: Playwright's own builds where they can be
downloaded, else the system's, installed with apt-get where that is possible. The tests only look.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Playwright, sync_playwright

NAMES = ('chromium', 'firefox')
DOWNLOAD_TIMEOUT_SECONDS = 300
# Without windows to draw, Chromium's headless shell (Playwright's own choice too) needs less time.
SYSTEM_PROGRAMS = {
    'chromium': ('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'),
    'firefox': ('firefox-esr', 'firefox'),
}
HEADLESS_ONLY = ('chromium-headless-shell',)
SYSTEM_PACKAGES = {
    'chromium': ('chromium-headless-shell', 'chromium'),
    'firefox': ('firefox-esr', 'firefox'),
}
CHROMIUM_ARGS = ['--disable-gpu', '--disable-quic']  # beside Playwright's own

# Processes and services that no page needs. Measured: a third less CPU time for each test. The price:
# all tabs share one process, so their scripts take turns, and what tabs tell each other (`storage`
# events, BroadcastChannel) never crosses from one process to another, as it may for people.
FIREFOX_PREFERENCES = {
    'dom.ipc.processCount': 1,
    'dom.ipc.processPrelaunch.enabled': False,
    'fission.autostart': False,
    'browser.tabs.remote.separatePrivilegedContentProcess': False,
    'network.process.enabled': False,
    'media.rdd-process.enabled': False,
    'media.utility-process.enabled': False,
    'accessibility.force_disabled': 1,  # roles and names come from the DOM all the same
    'browser.cache.disk.enable': False,
    'ui.prefersReducedMotion': 1,
}

# Browsers write to their home folder whatever profile they use: give them one in the checkout.
BROWSER_HOME = Path(__file__).parents[2] / '.browser-home'

LaunchOptions = dict[str, Any]


def find(
    playwright: Playwright, name: str, given: LaunchOptions | None = None
) -> LaunchOptions | None:
    """Return options to launch the browser with, `given` ones first; `None` if there is none.

    It is not started. One that is given by `executable_path` or `channel` is not looked for either.
    """
    return next(_candidates(playwright, name, given or {}), None)


def starts(playwright: Playwright, name: str) -> bool:
    """Say whether there is such a browser and it starts, which takes seconds."""
    options = find(playwright, name)
    if options is None:
        return False
    try:
        getattr(playwright, name).launch(**options, timeout=60_000).close()
    except Error:
        return False
    return True


def _candidates(playwright: Playwright, name: str, given: LaunchOptions) -> Iterator[LaunchOptions]:
    """Playwright's own build first, then what the system has."""
    is_headed = given.get('headless') is False
    options = dict(given)
    if name == 'chromium':
        options['args'] = [*CHROMIUM_ARGS, *(given.get('args') or [])]
    else:
        preferences = given.get('firefox_user_prefs') or {}
        options['firefox_user_prefs'] = FIREFOX_PREFERENCES | preferences
    if not is_headed:  # windows need the home folder of whoever looks at them
        BROWSER_HOME.mkdir(exist_ok=True)
        home = {'HOME': str(BROWSER_HOME)}
        options['env'] = _without_desktop() | home | (given.get('env') or {})
    if given.get('executable_path') or given.get('channel'):
        yield options
        return
    if Path(getattr(playwright, name).executable_path).exists():
        yield options
    for program in SYSTEM_PROGRAMS[name]:
        if is_headed and program in HEADLESS_ONLY:
            continue
        if path := shutil.which(program):
            channel = {} if name == 'chromium' else {'channel': 'moz-firefox'}
            yield {**options, 'executable_path': path, **channel}


def _without_desktop() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith('XDG_')}


def main() -> None:
    """Find or install both browsers; say in one sentence what is missing, with exit code 2."""
    missing = _missing()
    if missing:
        print(f'Installing {" and ".join(missing)} (Playwright) ...', flush=True)
        _run([sys.executable, '-m', 'playwright', 'install', *missing])
        missing = _missing()
    if missing and (apt := _apt_get()):
        print(f'Installing {" and ".join(missing)} (apt-get) ...', flush=True)
        _run([*apt, 'update', '-qq'])
        install = [*apt, 'install', '-y', '-qq', '--no-install-recommends']
        for name in missing:  # the first package that this system knows
            any(_run([*install, package]) == 0 for package in SYSTEM_PACKAGES[name])
        missing = _missing()
    if missing:
        sys.exit(f'The tests need {" and ".join(missing)}: install it, then run this again.')


def _missing() -> list[str]:
    with sync_playwright() as playwright:
        return [name for name in NAMES if not starts(playwright, name)]


def _apt_get() -> list[str]:
    """Return the command that may install packages here without asking, if there is one."""
    if not shutil.which('apt-get'):
        return []
    if os.geteuid() == 0:
        return ['apt-get']
    asks_nothing = shutil.which('sudo') and _run(['sudo', '-n', 'true']) == 0
    return ['sudo', '-n', 'apt-get'] if asks_nothing else []


def _run(command: list[str]) -> int:
    """Run quietly: what counts is whether the browser starts afterwards."""
    environment = os.environ | {'DEBIAN_FRONTEND': 'noninteractive'}
    try:
        return subprocess.run(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=DOWNLOAD_TIMEOUT_SECONDS,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return 1


if __name__ == '__main__':
    main()
