# Everything a person or CI does here. Stamp files make a second run instant and keep it off the network.
SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

UV_VERSION := 0.13.9
BIN := .venv/bin
UV := UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never $(BIN)/uv
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --no-header --quiet
PYTHONS := python3 python3.13 python3.12 python3.11 python
HAVE_CHROMIUM := test -x "$${CHROMIUM:-/usr/bin/chromium}"
INSTALLED := .venv/.installed
MODULES := frontend/node_modules/.installed
PAGE := frontend/dist/index.html
PAGE_SOURCES := $(shell find frontend/src frontend/public frontend/index.html frontend/vite.config.ts -type f 2>/dev/null)

.PHONY: help install run test test-frontend check check-deploy fix lock bench eval clean chromium

help:  ## What there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(INSTALLED) $(PAGE)  ## Environment, locked dependencies, the page; starts nothing

run: install  ## Start everything: the API and the page on http://localhost:8000
	@exec $(BIN)/aisle up

test: install test-frontend  ## All tests
	@$(BIN)/pytest -q

check: $(INSTALLED) $(MODULES) check-deploy  ## Style, types, floors; changes nothing
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@npm --prefix frontend run --silent lint

check-deploy: $(INSTALLED)  ## Dockerfile and compose file
	@$(BIN)/hadolint Dockerfile
	@POSTGRES_PASSWORD=x REDIS_PASSWORD=x $(BIN)/docker-compose -f docker-compose.yml --env-file /dev/null config --quiet

fix: $(INSTALLED)  ## Let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(BIN)/uv  ## Resolve the dependencies anew into the lock files
	@rm -f requirements.lock requirements-dev.lock
	@$(COMPILE) --extra dev -o requirements-dev.lock
	@$(COMPILE) -c requirements-dev.lock -o requirements.lock

bench: install  ## Latency and throughput beside other engines (minutes; needs ../shared/data)
	@$(BIN)/aisle bench search

eval: install  ## Search quality on each graded set beside the project
	@for set in ../shared/data/search/*/; do echo "== $$set"; $(BIN)/aisle eval search "$$set" || exit 1; done

clean:  ## Remove what was built and installed; the data folder stays
	@rm -rf .venv frontend/node_modules frontend/dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv:
	@for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$python && break; \
	done; \
	[ -n "$$found" ] || { echo "Aisle needs Python 3.11 or newer; none was found on the PATH." >&2; exit 1; }; \
	"$$found" -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }; \
	echo "Making .venv with $$($$found --version)"; \
	"$$found" -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(INSTALLED): requirements-dev.lock pyproject.toml | $(BIN)/uv
	@echo "Installing the locked Python dependencies"
	@$(UV) pip sync --quiet --python $(BIN)/python requirements-dev.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps -C editable_mode=compat -e .
	@touch $@

$(MODULES): frontend/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || \
	  { echo "The page is built with Node.js 20 or newer; found: $$(node --version 2>/dev/null || echo none)." >&2; exit 1; }
	@echo "Installing the locked frontend dependencies"
	@npm --prefix frontend ci --silent --no-fund --no-audit
	@touch $@

$(PAGE): $(MODULES) $(PAGE_SOURCES)
	@echo "Building the page"
	@npm --prefix frontend run --silent build -- --logLevel warn
	@touch $@

test-frontend: $(PAGE)  ## The page's own tests, and the page in a real browser against a mock shop
	@npm --prefix frontend run --silent test
	@$(HAVE_CHROMIUM) || $(MAKE) chromium
	@! $(HAVE_CHROMIUM) || npm --prefix frontend run --silent e2e:mock

chromium:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; \
	else \
	  echo "No Chromium here: the page is not tested in a browser. To have that: apt-get install chromium"; \
	fi
