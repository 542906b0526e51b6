# Every target does its own set-up, in $(VENV), with nothing but Python and its pip:
# the stamp $(VENV)/.EXTRA says that this extra of pyproject.toml is installed as it now stands.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin

# Everything here is small beside what a second thread costs, and two processes share the cores already.
verify test test-all test-peers mutation uncovered tutorial: export OPENBLAS_NUM_THREADS = 1
# The same examples for each mutant, so that a run can be repeated.
mutation: export HYPOTHESIS_PROFILE = ci

.PHONY: help verify test test-all test-browser test-peers mutation uncovered lint bench bench-peers docs tutorial clean
.DELETE_ON_ERROR:
# Two installations at once would spoil one environment.
.NOTPARALLEL:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

verify: $(VENV)/.bench ## prove the gradients, or refute them; flags in ARGS
	$(BIN)/python -m benchmarks.evidence --out verification-report $(ARGS)

# A loop that never ends, compiled ones too, which hold the interpreter: its process is ended and its test fails.
LIMIT := -o faulthandler_timeout=900 -o faulthandler_exit_on_timeout=true

# Each process takes tests that lie together, so that what a module's tests share is made once by most of them.
# The slowest are shown: that is where the time of all goes.
SPREAD := -n auto --dist worksteal --durations 25 --durations-min 5

test: $(VENV)/.dev ## what is run between two edits: all tests and doctests that are not marked slow
	$(BIN)/python -m pytest $(SPREAD) $(LIMIT) -m "not slow"

# Every branch of rnn/ is taken by its own tests; to trace the others takes half their time again. The others come
# first, because what they compile need not be compiled where lines are traced. What make verify does first is left
# to it.
test-all: $(VENV)/.dev ## run every test; every branch of rnn/ must be taken
	$(BIN)/python -m pytest $(SPREAD) $(LIMIT) --ignore tests/rnn --ignore rnn --deselect verification/cli/test_suite.py
	$(BIN)/python -m pytest --cov $(SPREAD) $(LIMIT) tests/rnn rnn

test-browser: $(VENV)/.bench ## the report in headless Chromium, which must be installed
	$(BIN)/python -m pytest tests/browser

test-peers: $(VENV)/.peers ## the engine beside PyTorch; PyTorch, JAX, Flax, Equinox under the verifier; a large download
	$(BIN)/python -m pytest $(SPREAD) $(LIMIT) tests/peers

mutation: $(VENV)/.mutation ## change rnn/ in every small way, weaken the verifier: tests must notice; survivors are explained
	rm -rf mutants
	$(BIN)/mutmut run --max-children 2
	$(BIN)/python tests/mutation.py
	$(BIN)/python tests/weakened.py

uncovered: $(VENV)/.dev ## lines of rnn/ that compute and that no judgement of a cell executes: each is explained
	$(BIN)/python tests/uncovered.py

lint: $(VENV)/.dev ## check format, lint and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench: $(VENV)/.bench ## time the engine against autograd; flags in ARGS
	$(BIN)/python -m benchmarks $(ARGS)

bench-peers: $(VENV)/.peers ## the same against PyTorch and JAX as well, a large download
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(VENV)/.docs ## build the pages into site/html; a broken link fails
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet --builder html docs site/html

tutorial: $(VENV)/.docs ## run the notebooks again, and keep what they show
	$(BIN)/python docs/execute.py

clean: ## remove the environment and everything generated
	rm -rf $(VENV) verification-report mutants site build dist *.egg-info
	rm -rf .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Python 3.11 or newer is needed, $(PYTHON) is %s; name another: make PYTHON=..." \
	    % sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
