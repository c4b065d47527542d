# Orderloop. `make help` lists what can be made; everything is built into .venv and .local of this folder.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export UV_NO_CONFIG := 1

.PHONY: help setup demo demo-next demo-reset test check bench bench-smoke bench-intake bench-intake-smoke fuzz messages lock clean

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## build .venv with everything locked, and the translations

$(READY): requirements-dev.lock pyproject.toml tools/setup.py
	@$(PYTHON) tools/setup.py $(VENV)
	@touch $@

demo: $(READY) ## found the demo company on the first run, then run it; Ctrl-C stops it
	@exec $(BIN)/orderloop demo

demo-next: $(READY) ## let the demo's next day of orders come in
	@$(BIN)/orderloop demo next

demo-reset: $(READY) ## delete the demo's data and begin anew
	@$(BIN)/orderloop demo reset --yes
	@exec $(BIN)/orderloop demo

test: $(READY) ## run every test, in a database of its own
	@$(BIN)/python tools/messages.py --compile
	@$(BIN)/python -m pytest $(TESTS)

check: $(READY) ## lint, format, types, import walls, sizes, translations
	@$(BIN)/python tools/check.py

bench: $(READY) ## measure speed against hand-written yardsticks
	@$(BIN)/python -m bench

bench-smoke: $(READY) ## the same, small and fast: does it run at all
	@$(BIN)/python -m bench --smoke

bench-intake: $(READY) ## how well foreign orders are read: exact documents, wrong accepts, what teaching gains
	@$(BIN)/python -m bench.intake $(BENCH)

bench-intake-smoke: $(READY) ## the same, with few documents: does it run at all
	@$(BIN)/python -m bench.intake --smoke

fuzz: $(READY) ## feed every parser what nobody would send (Linux; FUZZ="mail csv --seconds 60" for some)
	@$(BIN)/python -c "import atheris" 2>/dev/null || $(BIN)/python -m pip install --quiet --require-hashes -r requirements-fuzz.lock
	@$(BIN)/python -m tests.fuzz $(FUZZ)

messages: $(READY) ## collect words to translate, and compile the translations
	@$(BIN)/python tools/messages.py

lock: ## pin all dependencies anew, with hashes and without addresses (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --extra dev --extra ocr pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --extra fuzz -c requirements-dev.lock pyproject.toml \
	  | sed -n '/^atheris==/,/[^\\]$$/p' > requirements-fuzz.lock

clean: ## delete what was built, but no data
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
