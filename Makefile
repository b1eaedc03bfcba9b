# Each target does its own set-up: it needs Python 3.11 or newer, make and a network.
#
#   make demo [ARGS=--tls]     the federation server, a test service provider and a phone page
#   make test [ARGS="-k push"] the whole suite, in parallel, with a browser and real clients
#   make test-debian           the tests with clients that only Debian packages bring, Firefox among them
#   make check                 lint, format, types, calls in tests, directions of imports, references, translations
#   make bench                 the benchmarks, as one table of ratios
#   make clean                 removes what these made
#
# PYTHON=/path/to/python chooses the interpreter; uv is used where it is on PATH, else pip.

# Commands that tests start would compile every module again at each start.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    && { command -v $$python; break; }; done)
BIN := .venv/bin
# No compiler is needed, and lxml and xmlsec bring the same libxml2 (see pyproject.toml).
WHEELS := --only-binary=lxml --only-binary=xmlsec
# An installation compiles them (hatch_build.py).
CATALOGUES := hatch_build.py $(wildcard idp/locale/*/LC_MESSAGES/*.po adapter/locale/*/LC_MESSAGES/*.po)
DEBIAN_CLIENTS := xmlsec1 libapache2-mod-auth-mellon nginx-light haproxy caddy systemd firefox-esr \
    libapache2-mod-shib shibboleth-sp-utils simplesamlphp php-cli php-xml php-mbstring \
    freeradius-utils libpam-radius-auth pamtester libpam-wrapper eapoltest \
    ocserv openconnect freeradius \
    python3-venv mmdebstrap buildah podman runc slirp4netns netavark uidmap

ifneq ($(shell command -v uv 2>/dev/null),)
MAKE_VENV = uv venv --quiet --clear --seed --python "$(PYTHON)" .venv
INSTALL := uv pip install --quiet --python $(BIN)/python $(WHEELS)
else
MAKE_VENV = "$(PYTHON)" -m venv --clear .venv
INSTALL := $(BIN)/python -m pip -qq --disable-pip-version-check install $(WHEELS)
endif

.PHONY: help demo test test-debian check bench clean

help:
	@sed -n '/^#   /s/^#   //p' Makefile

demo: .venv/installed
	@$(BIN)/tallystick demo $(ARGS)

test: .venv/installed-test
	@PYTHONPATH=tests $(BIN)/python -m support.tools.prepare
	@$(BIN)/pytest -q --numprocesses=auto --dist=worksteal $(ARGS)

test-debian: .venv/installed-test
	@PYTHONPATH=tests $(BIN)/python -m support.tools.prepare $(DEBIAN_CLIENTS)
	@$(BIN)/pytest -q tests/debian tests/browser --firefox $(ARGS)

check: .venv/installed-check
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check || { echo "Run: $(BIN)/ruff format" >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary & product=$$!; \
	    $(BIN)/python -m checks.calls; tests=$$?; wait $$product && exit $$tests
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m checks.references
	@$(BIN)/python -m checks.catalogues || { echo "Run: $(BIN)/python -m checks.catalogues --update, and translate" >&2; exit 1; }

bench: .venv/installed-test
	@$(BIN)/python -m bench $(ARGS)

clean:
	@rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/installed: pyproject.toml $(CATALOGUES) | $(BIN)/python
	@$(INSTALL) --editable .
	@touch $@

.venv/installed-test: pyproject.toml $(CATALOGUES) tests/stranger/pyproject.toml | $(BIN)/python
	@$(INSTALL) --editable '.[test]'
	@$(INSTALL) --no-deps --editable tests/stranger
	@touch $@

.venv/installed-%: pyproject.toml | $(BIN)/python
	@$(INSTALL) --editable '.[$*]'
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Tallystick needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Tallystick needs Python 3.11 or newer; $(PYTHON) is older or is no Python." >&2; exit 1; }
	@command -v uv >/dev/null || "$(PYTHON)" -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments: apt-get install python3-venv, or install uv." >&2; exit 1; }
	@$(MAKE_VENV) || { rm -rf .venv; exit 1; }
