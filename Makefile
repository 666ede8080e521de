# `make demo` runs the app, `make test` runs every test. Both prepare what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Browsers and pytest leave files in the temporary folder: give them one that goes at the end.
TIDILY := tmp=$$(mktemp -d) && trap 'rm -rf "$$tmp"' EXIT && trap 'exit 130' INT TERM && TMPDIR="$$tmp"

# One worker more than there are cores (measured: a sixth of their time is waiting); each starts a
# Chromium, a Firefox, and servers, so not more than four. Tests of one `xdist_group` run in one
# worker: they share what no others need.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min((os.cpu_count() or 1) + 1, 4))')
PYTEST = $(BIN)/python -m pytest -q -n $(WORKERS)

# Set in many images: each process that a test starts would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo demo-two-origins test test-fast test-e2e lint weakenings bench clean

help:
	@echo "make demo         run the app at http://localhost:8000, with two demo accounts"
	@echo "                  (on another port: APP_PORT=8010 make demo)"
	@echo "make demo-two-origins   the same, with pages and auth backend on two ports"
	@echo "make test         run all tests, in Chromium and in Firefox"
	@echo "make test-fast    run the tests that need no browser"
	@echo "make test-e2e     run the tests in browsers"
	@echo "make lint         check style, types and import directions"
	@echo "make weakenings   show that each promise's test fails when the promise is broken"
	@echo "make bench        measure how fast it is, beside what this machine can do"
	@echo "make clean        remove the virtual environment and what the tests left"

demo: $(VENV)/app-installed
	@$(BIN)/python -m app demo

demo-two-origins: $(VENV)/app-installed
	@$(BIN)/python -m app two-origins --demo-accounts

test: test-fast test-e2e

test-fast: $(VENV)/tests-installed
	@$(TIDILY) $(PYTEST) auth app
	@$(TIDILY) $(PYTEST) pages

test-e2e: $(VENV)/browsers-found
	@$(TIDILY) $(PYTEST) --dist loadgroup tests_e2e

weakenings: $(VENV)/browsers-found
	@$(TIDILY) $(BIN)/python -m tests_e2e.weakenings $(if $(BROWSER),--browser $(BROWSER))

bench: $(VENV)/browsers-found
	@$(TIDILY) $(BIN)/python -m tests_e2e.benchmarks.server
	@$(TIDILY) $(BIN)/python -m tests_e2e.benchmarks.tabs
	@$(TIDILY) $(BIN)/python -m tests_e2e.benchmarks.load

lint: $(VENV)/tests-installed
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@if command -v npx >/dev/null; then npx --yes --package typescript@5.9.3 tsc --project auth/browser/jsconfig.json; \
		else echo "Left out: types in JavaScript (they are checked where Node.js is installed)."; fi

clean:
	rm -rf $(VENV) build .browser-home test-results .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This needs Python 3.11 or newer: set PYTHON, as in: make PYTHON=python3.12 demo" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make virtual environments here. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 2; }

$(VENV)/app-installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing (the first time only, about a minute) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/tests-installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the tests' tools (the first time only, about a minute) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@ $(VENV)/app-installed

$(VENV)/browsers-found: $(VENV)/tests-installed tests_e2e/kit/browsers.py
	@echo "Looking for Chromium and Firefox ..."
	@$(TIDILY) $(BIN)/python -m tests_e2e.kit.browsers
	@touch $@
