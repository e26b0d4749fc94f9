# One command each; `make help` lists them. Everything made lies under .venv/ and var/.

SHELL := /bin/sh
BIN := .venv/bin
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help run demo test check fix bench soak lock clean install install-dev

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 16

run: install ## set up and serve the sample county on 127.0.0.1:8000 (PORT=8001 changes it)
	@DEMO=$${DEMO-1} exec $(BIN)/python -m portal.supervisor

demo: install ## set up and load the sample county without serving it
	@DEMO=$${DEMO-1} exec $(BIN)/python -m portal.supervisor --set-up-only

test: install-dev ## the whole suite, on every database and browser found (ARGS="-k name" narrows it)
	@exec $(BIN)/python scripts/test.py $(ARGS)

check: install-dev ## style, types, import stack, templates, migrations, lock
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Run 'make fix': the files above are not formatted."; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@if [ -d templates ]; then $(BIN)/djlint --quiet --lint templates; fi
	@$(BIN)/python -W ignore -m deptry --no-ansi .
	@$(BIN)/python scripts/lock.py --check
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@echo "check: all well"

fix: install-dev ## mend what a tool can mend: imports, style, format
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

bench: install-dev ## measure against the peers (PostgreSQL)
	@exec $(BIN)/python -m bench $(ARGS)

soak: install-dev ## the property tests at length, an hour or more
	@exec $(BIN)/pytest --hypothesis-profile=soak --durations=20 $(ARGS)

lock: install-dev ## make requirements*.txt again from requirements*.in
	@$(BIN)/python scripts/lock.py

clean: ## remove the environment, caches and built files; the data in var/ stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov var/static var/test
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
	@[ ! -d var ] || echo "The data in var/ stay; remove that folder yourself to start over."

install:
	@$(call installed,run)

install-dev:
	@$(call installed,dev)

# The environment's own Python looks after it; only where it is missing or broken is another one sought.
define installed
if [ -e .venv/.made ] && $(BIN)/python -c '' 2>/dev/null; then python=$(BIN)/python; \
else python=$$(PYTHON="$(PYTHON)" scripts/find-python) || exit 1; fi; "$$python" scripts/install.py $(1)
endef
