# `make help` says what there is. Every target makes the environment first, if it is missing or out of date.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8000
TESTS ?= tests
NAME ?= loop
DEBIAN_PACKAGES := chromium tesseract-ocr-eng tesseract-ocr-osd fonts-dejavu-core

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: install
install: $(STAMP) ## Make .venv with everything, pinned by hash

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Homing needs Python 3.11 or newer (PYTHON=... names another one)." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

.PHONY: run
run: $(STAMP) ## Everything on this machine, with a demo organization (PORT=8000)
	@$(BIN)/homing up --demo --port $(PORT)

.PHONY: test
test: $(STAMP) system ## The whole test suite, browser tests included (TESTS=tests/cli for a part)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

.PHONY: system
system:
	@tools/debian-packages $(DEBIAN_PACKAGES)

.PHONY: check
check: $(STAMP) ## Static checks: style, types, layers, own lints, migrations, templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/python -m tools.lints
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy
	@# Without a database it warns that it cannot compare with one, which nobody asked for.
	DJANGO_SETTINGS_MODULE=homing.config.settings $(BIN)/python -W ignore::RuntimeWarning -m django makemigrations --check --dry-run
	$(BIN)/python -m homing.web.check_templates

.PHONY: lock
lock: $(STAMP) ## Pin the dependencies of pyproject.toml, with hashes
	$(BIN)/pip-compile --quiet --allow-unsafe --extra=dev --generate-hashes --no-emit-find-links --no-emit-index-url --strip-extras --output-file=requirements.txt pyproject.toml

.PHONY: format
format: $(STAMP) ## Put the code into its form
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

.PHONY: bench
bench: $(STAMP) ## Figures (NAME=loop)
	$(BIN)/python -m bench.$(NAME)

.PHONY: train-reading
train-reading: $(STAMP) ## Train the token model anew, in an environment of its own (hours; resumes; see training/README.md)
	@tools/train-reading $(PYTHON)

.PHONY: clean
clean: ## Remove the environment and the caches of tools, never data
	rm -rf $(VENV) build .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
