"""Shows that the tests can fail: each weakening is a small edit that a hurried person could make.

    python -m tests_e2e.weakenings           run all: first none (all green), then each (all red)
    python -m tests_e2e.weakenings --list    say which there are
    python -m tests_e2e.weakenings NAME ...  run these
    ... --browser chromium                   run in one browser instead of both

An edit is made in a scratch copy, never in the product, and only its promise's test runs there.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .browsers import NAMES

ROOT = Path(__file__).parent.parent
COPIED = ('app', 'auth', 'pages', 'tests_e2e', 'pyproject.toml')
# Red tests wait this long for what never comes; the run without any edit is as impatient.
PATIENCE_MS = 8_000


@dataclass(frozen=True)
class Weakening:
    """One find-and-replace edit, and the test that it must turn red.

    `only` narrows a parametrized test down, as pytest's `-k` does: by default to SQLite, because most
    edits weaken both kinds of database alike. `browser` says that only this one shows it everywhere.
    """

    name: str
    promise: str
    file: str
    find: str
    replace: str
    test: str
    only: str = 'not postgresql'
    browser: str | None = None


WEAKENINGS = [
    Weakening(
        'token-in-storage',
        'P1',
        'auth/browser/access_token.js',
        'this.#token = token;',
        'this.#token = token; sessionStorage.setItem("token", token);',
        'test_token_stays_in_memory.py::test_access_token_is_nowhere_but_in_memory',
    ),
    Weakening(
        'token-in-a-property',
        'P1',
        'auth/browser/tab_session.js',
        'this.user = answer.user;',
        'this.user = { ...answer.user, token: answer.access_token };',
        'test_token_stays_in_memory.py::test_page_asks_the_holder_in_vain',
    ),
    Weakening(
        'no-refresh-on-load',
        'P2',
        'auth/browser/tab_session.js',
        'if (!pendingLogout.pendingId()) return this.refresh();',
        'if (!pendingLogout.pendingId()) return this.leave(null);',
        'test_coming_back_signed_in.py::test_reload_comes_back_signed_in',
    ),
    Weakening(
        'cookie-without-age',
        'P2',
        'auth/cookies.py',
        'self._write(response, issued.refresh_token, issued.cookie_seconds)',
        'self._write(response, issued.refresh_token, None)',
        'test_coming_back_signed_in.py::test_checkbox_decides_whether_a_restart_signs_out',
        only='forever',
    ),
    Weakening(
        'no-timer',
        'P3',
        'auth/browser/renewal.js',
        'this.#isOverdue = false;\n    this.#schedule(this.#expiry.napMs);',
        'this.#isOverdue = false;',
        'test_session_stays_alive.py::test_one_refresh_before_each_ten_minute_expiry',
    ),
    Weakening(
        'refresh-at-expiry',
        'P3',
        'auth/browser/expiry.js',
        'this.#marginMs = margin * (1 + JITTER_SHARE * Math.random());',
        'this.#marginMs = margin * 0;',
        'test_session_stays_alive.py::test_each_short_lived_token_is_renewed_before_it_ends',
    ),
    Weakening(
        'absolute-expiry',
        'P3',
        'auth/browser/tab_session.js',
        'this.#renewal.plan(answer.expires_in);',
        'this.#renewal.plan(JSON.parse(atob(answer.access_token.split(".")[1])).exp'
        ' - Date.now() / 1000);',
        'test_session_stays_alive.py::test_client_clock_two_hours_off_changes_nothing',
    ),
    Weakening(
        'timer-in-one-piece',
        'P3',
        'auth/browser/expiry.js',
        'return Math.min(this.dueInMs, LONGEST_TIMER_MS);',
        'return this.dueInMs;',
        'test_session_stays_alive.py::test_sleep_that_stops_timers_is_noticed',
    ),
    Weakening(
        'hidden-tabs-refresh',
        'P3',
        'auth/browser/renewal.js',
        'if (document.visibilityState !== "visible") return false;',
        '',
        'test_hidden_tabs.py::test_hidden_tab_lets_its_token_run_out',
    ),
    Weakening(
        'ahead-waits-to-be-seen',
        'P3',
        'auth/browser/renewal.js',
        'if (this.#strategy === "ahead") return true;',
        '',
        'test_hidden_tabs.py::test_ahead_refreshes_hidden_tabs',
    ),
    Weakening(
        'lazy-is-eager',
        'P3',
        'auth/browser/renewal.js',
        'return this.#strategy === "visible" || this.#isOverdue || !this.#expiry;',
        'return true;',
        'test_hidden_tabs.py::test_lazy_refreshes_before_a_call_only',
    ),
    Weakening(
        'listener-for-each-sign-in',
        'P3',
        'auth/browser/tab_session.js',
        'this.#access.take(answer.access_token);',
        'this.#access.take(answer.access_token);'
        ' addEventListener("storage", () => this.refresh());',
        'test_nothing_is_left_behind.py::test_hundred_sign_ins_leave_one_timer',
    ),
    Weakening(
        'listener-of-a-card-stays',
        'P3',
        'pages/session_card.js',
        'auth.removeEventListener("state", this.look);\n    this.stop();',
        'this.stop();',
        'test_nothing_is_left_behind.py::test_dashboards_come_and_go_without_a_trace',
    ),
    Weakening(
        'due-token-used-anyway',
        'P4',
        'auth/browser/call_api.js',
        'if (tab.isDue) {',
        'if (!tab.holdsToken) {',
        'test_calls_refresh_first.py::test_due_token_is_renewed_first',
    ),
    Weakening(
        'no-second-try',
        'P4',
        'auth/browser/call_api.js',
        'if (first.status !== 401) return first;',
        'if (first) return first;',
        'test_calls_refresh_first.py::test_refused_call_is_retried_once',
    ),
    Weakening(
        'second-no-is-ignored',
        'P4',
        'auth/browser/call_api.js',
        'if (problem.endsSession || problem.code === "invalid_token") tab',
        'if (problem.endsSession && problem.code === "invalid_token") tab',
        'test_calls_refresh_first.py::test_call_refused_twice_signs_out',
    ),
    Weakening(
        'other-tabs-not-told',
        'P5',
        'auth/browser/pending_logout.js',
        'tab.tell({ kind: "logout", sid });',
        '',
        'test_logout_signs_every_tab_out.py::test_logout_signs_every_tab_out',
    ),
    Weakening(
        'storage-event-ignored',
        'P5',
        'auth/browser/tabs.js',
        'addEventListener("storage",',
        'addEventListener("stored",',
        'test_logout_signs_every_tab_out.py::test_storage_event_alone_signs_out',
    ),
    Weakening(
        'logout-before-the-lock',
        'P5',
        'auth/browser/pending_logout.js',
        'await exclusively(async () => {',
        'await (async (work) => work())(async () => {',
        'test_logout_signs_every_tab_out.py::test_logout_during_a_login_wins',
    ),
    Weakening(
        'token-outlives-logout',
        'P5',
        'auth/sessions.py',
        'if row is None or reason:',
        'if row is None or reason == EndReason.DISABLED:',
        'test_logout_signs_every_tab_out.py::test_server_forgets_the_session',
    ),
    Weakening(
        'pending-logout-forgotten-on-load',
        'P5',
        'auth/browser/tab_session.js',
        'this.leave("logout");\n    await pendingLogout.finish(this.#api, this.trace);',
        'pendingLogout.forget(pendingLogout.pendingId());\n    await this.refresh();',
        'test_offline.py::test_pending_logout_survives_a_reload',
    ),
    Weakening(
        'logout-pending-twice',
        'P5',
        'auth/browser/pending_logout.js',
        'own = readNote(KEY) === id ? null : id;',
        'own = id;',
        'test_offline.py::test_old_logout_spares_the_next_session',
    ),
    Weakening(
        'token-kept-for-back',
        'P5',
        'auth/browser/tab_session.js',
        'this.#access.drop();\n    this.#renewal.stop();\n    this.#enter("loading");',
        'this.#renewal.stop();\n    this.#enter("loading");',
        'test_bfcache.py::test_back_after_logout_restores_nothing_private',
        browser='firefox',
    ),
    Weakening(
        'name-kept-for-back',
        'P5',
        'auth/browser/tab_session.js',
        'this.#enter("loading");',
        '',
        'test_bfcache.py::test_restored_page_comes_back_without_its_token',
        browser='firefox',
    ),
    Weakening(
        'signing-in-not-told',
        'P6',
        'auth/browser/auth_client.js',
        'this.#tab.tell({ kind: "login", sid: answer.session.id });',
        '',
        'test_signing_in_moves_tabs.py::test_waiting_tabs_move_on',
    ),
    Weakening(
        'page-bound-to-the-first-user',
        'P6',
        'pages/session_bridge.js',
        'if (state === "signed-in" && this.boundTo !== session.id)',
        'if (state === "signed-in" && !this.boundTo)',
        'test_signing_in_moves_tabs.py::test_deaf_tab_finds_out_by_its_next_refresh',
    ),
    Weakening(
        'replaced-is-the-end',
        'P6',
        'auth/browser/tab_session.js',
        'if (reason === "replaced") this.refresh();',
        '',
        'test_signing_in_moves_tabs.py::test_deaf_tab_is_told_by_the_server',
    ),
    Weakening(
        'form-logged-over-the-socket',
        'P18',
        'pages/auth_form.js',
        'this.busy = true;',
        'this.busy = true; logAndEmit("info", `sending ${this.input("password").value}`);',
        'test_nothing_secret_crosses_the_socket.py::test_no_password_or_token_in_any_frame',
    ),
    Weakening(
        'answer-logged-over-the-socket',
        'P18',
        'auth/browser/renewal.js',
        'this.#owner.renewed(answer);',
        'this.#owner.renewed(answer); globalThis.logAndEmit?.("info", JSON.stringify(answer));',
        'test_nothing_secret_crosses_the_socket.py::test_no_password_or_token_in_any_frame',
    ),
    Weakening(
        'no-overlap',
        'P7',
        'auth/rotation.py',
        'if now - presented.used_at <= overlap:',
        'if now - presented.used_at < 0:',
        'test_tabs_refresh_at_once.py::test_eight_tabs_at_one_instant',
        only='lockless and not postgresql',
    ),
    Weakening(
        'session-row-not-locked',
        'P7',
        'auth/rotation.py',
        '.where(Session.id == session_id, is_alive(now))',
        '.where(Session.id == session_id, Session.lock_seq < 0)',
        'test_tabs_refresh_at_once.py::test_eight_tabs_at_one_instant',
        only='lockless and postgresql',
    ),
    Weakening(
        'locks-ignored',
        'P7',
        'auth/browser/exclusive.js',
        'if (!navigator.locks) return',
        'if (navigator.locks) return',
        'test_tabs_refresh_at_once.py::test_strict_rules_need_locks',
        only='not lockless',
    ),
    Weakening(
        'strict-rotation',
        'P8',
        'auth/rotation.py',
        'if presented is None or presented.superseded_at is not None:',
        'if presented is None or presented.used_at is not None:',
        'test_refresh_interrupted.py::test_crash_puts_back_an_older_cookie',
    ),
    Weakening(
        'lost-answer-is-a-replay',
        'P8',
        'auth/rotation.py',
        'if now - presented.used_at <= overlap:\n            return Outcome.OVERLAPPED',
        'if now - presented.used_at <= overlap:\n            return Outcome.REPLAYED',
        'test_refresh_interrupted.py::test_lost_answer_is_asked_for_again',
    ),
    Weakening(
        'late-answer-taken',
        'P9',
        'auth/browser/renewal.js',
        'if (isLate() || !answer) return;',
        'if (!answer) return;',
        'test_logout_wins.py::test_late_answer_revives_nothing',
        only='not lockless',
    ),
    Weakening(
        'epoch-stands-still',
        'P9',
        'auth/browser/tab_session.js',
        'leave(reason) {\n    this.newEpoch();',
        'leave(reason) {',
        'test_logout_wins.py::test_late_answer_revives_nothing',
        only='not lockless',
    ),
    Weakening(
        'any-error-signs-out',
        'P10',
        'auth/browser/api.js',
        'return this.status === 401 && SESSION_IS_OVER.has(this.code);',
        'return this.status >= 400;',
        'test_only_the_servers_no_signs_out.py::test_status_matrix',
    ),
    Weakening(
        'any-401-signs-out',
        'P10',
        'auth/browser/api.js',
        'return this.status === 401 && SESSION_IS_OVER.has(this.code);',
        'return this.status === 401;',
        'test_only_the_servers_no_signs_out.py::test_status_matrix',
    ),
    Weakening(
        'offline-signs-out',
        'P10',
        'auth/browser/renewal.js',
        'this.#owner.postponed();',
        'this.#owner.refused(null);',
        'test_offline.py::test_ten_seconds_offline_lead_back',
    ),
    Weakening(
        'replay-only-refused',
        'P11',
        'auth/rotation.py',
        'revoke(connection, session.id, EndReason.REPLAY, now)',
        'pass',
        'test_replay_ends_the_session.py::test_owner_is_told_after_the_fact',
    ),
    Weakening(
        'replay-recovers',
        'P11',
        'auth/rotation.py',
        'if leaf.seen_at is None and presented.used_at >= leaf.issued_at - overlap:',
        'if leaf.seen_at is None or presented.used_at >= leaf.issued_at - overlap:',
        'test_replay_ends_the_session.py::test_copied_token_ends_the_session',
    ),
    Weakening(
        'token-outlives-its-session',
        'P12',
        'auth/sessions.py',
        'if row is None or reason:',
        'if row is None or reason == EndReason.DISABLED:',
        'test_sessions_end_on_purpose.py::test_log_out_everywhere',
    ),
    Weakening(
        'other-processes-not-asked',
        'P12',
        'pages/page_session.py',
        'app.timer(LOOK_INTERVAL_SECONDS, self.look)',
        'pass',
        'test_sessions_end_on_purpose.py::test_two_processes_share_the_news',
    ),
    Weakening(
        'password-change-ends-nothing',
        'P13',
        'auth/account_security.py',
        'revoke_all_of_user(connection, user.id, reason, self.clock(), keep=keep)',
        '[]',
        'test_sessions_end_on_purpose.py::test_password_change',
    ),
    Weakening(
        'password-change-ends-all',
        'P13',
        'auth/account_security.py',
        'ended = revoke_all_of_user(connection, user.id, reason, self.clock(), keep=keep)\n'
        '            issued = self.rotation.rotate(connection, keep)',
        'issued = self.rotation.rotate(connection, keep)\n'
        '            ended = revoke_all_of_user(connection, user.id, reason, self.clock())',
        'test_sessions_end_on_purpose.py::test_password_change',
    ),
    Weakening(
        'rotation-in-two-halves',
        'P19',
        'auth/rotation.py',
        'too_old = RefreshToken.used_at',
        'connection.commit()\n        too_old = RefreshToken.used_at',
        'test_server_dies.py::TestOverTheWire::test_death_at_every_statement_of_a_refresh',
    ),
    Weakening(
        'logout-forgotten-if-unheard',
        'P19',
        'auth/browser/tab_session.js',
        'if (!pendingLogout.pendingId()) return this.refresh();',
        'if (Math.random() < 2) return this.refresh();',
        'test_server_dies.py::test_logout_outlives_the_server',
    ),
    Weakening(
        'pages-without-policy',
        'P20',
        'app/response_headers.py',
        "'Content-Security-Policy': _PAGE_POLICY.format(nonce=nonce),",
        '',
        'test_security_headers.py::test_injected_script_does_not_run',
    ),
    Weakening(
        'inline-scripts-allowed',
        'P20',
        'app/response_headers.py',
        "'nonce-{nonce}'",
        "'unsafe-inline'",
        'test_security_headers.py::test_injected_script_does_not_run',
        only='javascript',
    ),
    Weakening(
        'no-guard',
        'P20',
        'auth/install.py',
        'app.add_middleware(OriginGuard, origins=ours)',
        'pass',
        'test_other_origins_get_nothing.py::test_page_on_another_port_ends_no_session',
    ),
    Weakening(
        'origin-not-looked-at',
        'P20',
        'auth/origin_guard.py',
        "            return 'foreign_origin'",
        '            pass',
        'test_other_origins_get_nothing.py::test_socket_opens_for_our_own_pages_only',
    ),
]


def main() -> int:
    """Run the command line; return 0 if the tests told every weakening from none."""
    parser = argparse.ArgumentParser(prog='python -m tests_e2e.weakenings', description=__doc__)
    parser.add_argument('names', nargs='*', metavar='NAME')
    parser.add_argument('--list', action='store_true', help='say which there are')
    parser.add_argument('--browser', choices=NAMES, help='run in this one only')
    arguments = parser.parse_args()
    chosen = [w for w in WEAKENINGS if w.name in arguments.names or not arguments.names]
    if unknown := set(arguments.names) - {weakening.name for weakening in chosen}:
        parser.error(f'unknown: {", ".join(sorted(unknown))}')
    if arguments.list:
        for weakening in chosen:
            print(f'{weakening.promise:<4} {weakening.name:<32} {weakening.test}')
        return 0
    failures = [_say('nothing weakened', all_green(chosen, arguments.browser), 'green')]
    for weakening in chosen:
        label = f'{weakening.promise} {weakening.name}'
        failures.append(_say(label, is_red(weakening, arguments.browser), 'red'))
    print(f'{len(failures) - sum(failures)} passed, {sum(failures)} failed')
    return int(any(failures))


def all_green(weakenings: list[Weakening], browser: str | None) -> bool:
    """Run the tests on an unchanged copy."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = _copy_to(Path(scratch))
        together = defaultdict(set)
        for weakening in weakenings:
            together[tuple(_options(weakening, browser))].add(weakening.test)
        runs = [_run_tests(copy, sorted(tests), options) for options, tests in together.items()]
        return all(run.returncode == 0 for run in runs)


def is_red(weakening: Weakening, browser: str | None) -> bool:
    """Run a weakening's test on a copy with that edit; say if it failed in each of its variants.

    Raises `ValueError` if the text to be replaced is not there exactly once.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = _copy_to(Path(scratch))
        file = copy / weakening.file
        content = file.read_text(encoding='utf-8')
        if content.count(weakening.find) != 1:
            raise ValueError(f'{weakening.name}: the text to replace is not there exactly once.')
        file.write_text(content.replace(weakening.find, weakening.replace), encoding='utf-8')
        output = _run_tests(copy, [weakening.test], _options(weakening, browser)).stdout
    # "2 failed in 9.1s": nothing passed, nothing was left out, nothing broke before it was tested.
    return re.search(r'^\d+ failed in ', output, re.MULTILINE) is not None


def _options(weakening: Weakening, browser: str | None) -> list[str]:
    """Choose the variants of its test, in the browser asked for unless it needs a certain one."""
    browser = weakening.browser or browser
    return ['-k', weakening.only, *(['--browser', browser] if browser else [])]


def _copy_to(scratch: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, scratch / name)
    return scratch


def _run_tests(
    folder: Path, tests: Iterable[str], options: Iterable[str]
) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy against the copy: the working folder comes first on Python's path."""
    command = [sys.executable, '-m', 'pytest', '-q', '-n', '2']
    return subprocess.run(
        [*command, *options, *(f'tests_e2e/{test}' for test in tests)],
        cwd=folder,
        env=os.environ | {'E2E_PATIENCE_MS': str(PATIENCE_MS)},
        capture_output=True,
        text=True,
        check=False,
    )


def _say(label: str, is_as_expected: bool, expected: str) -> bool:
    """Print a line; return whether it is a failure."""
    verdict = expected if is_as_expected else f'NOT {expected}'
    print(f'{label:<40} {verdict}', flush=True)
    return not is_as_expected


if __name__ == '__main__':
    sys.exit(main())
