# make demo    the pair in the simulator: sets up .venv, installs, runs
# make test    style, types and all tests
# make lint    style and types only
# make mutation  every rule, gate and small change tried, and what notices (hours)
# make bench   what a quiet cycle and the imports cost
# make clean   take away what these made
#
# POSIX make: GNU make and FreeBSD's make both read this. PYTHON names the interpreter
# that .venv is made with, VENV_FLAGS the flags for it.

.POSIX:

VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check
SOURCES = hawatch checks tests bench

help:
	@sed -n 's/^# make /make /p' Makefile

demo: $(VENV)/installed
	@$(BIN)/hawatch demo

test: lint servers
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(VENV)/ready
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy

mutation: $(VENV)/ready
	$(BIN)/python tests/mutation/mutants.py --seeds
	$(BIN)/python tests/mutation/tester.py

bench: $(VENV)/ready
	$(BIN)/python bench/imports.py
	$(BIN)/python bench/quiet_run.py
	$(BIN)/python bench/event.py
	$(BIN)/python bench/transition.py

# The real servers of tests/real, where this user may install Debian's packages.
servers:
	@if [ "$$(id -u)" -eq 0 ] && command -v apt-get > /dev/null; then \
		sh tests/real/install.sh || echo "tests/real: no servers" >&2; \
	fi

# Both stamps are older than a changed pyproject.toml: what it lists is installed anew.
$(VENV)/installed: pyproject.toml tools/make-venv
	@echo "setting up $(VENV) ..." >&2
	@PYTHON="$(PYTHON)" VENV_FLAGS="$(VENV_FLAGS)" sh tools/make-venv $(VENV)
	@$(PIP) install --editable .
	@touch $@

# Dependency groups are read by pip 25.1 and newer.
$(VENV)/ready: $(VENV)/installed
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --group dev
	@touch $@

clean:
	rm -rf $(VENV) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help demo test lint mutation bench servers clean
