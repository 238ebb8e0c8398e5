# make setup       build .venv from the pinned requirements
# make lint        ruff and mypy
# make test        setup, lint and all tests, files side by side
# make docs       setup, then the docs as a site in build/site
# make quickstart  setup, then render, train, test and read expressions in photographs
#
# PYTHON=python3.12 chooses the interpreter; pip's own settings (PIP_INDEX_URL, ...) hold.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/lock.txt

.PHONY: setup lint test docs quickstart

setup:
	@tools/setup_venv.sh "$(PYTHON)" $(VENV) $(LOCK)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

docs: setup
	$(BIN)/mkdocs build --strict

quickstart: setup
	@$(BIN)/python tools/quickstart.py
