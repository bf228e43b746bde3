# What people do with this checkout. `make help` lists the targets; each does its own set-up first.
# Variables: SYSTEM (all: each in turn), PROJECT (another repository with systems/ and features/), DEPLOYMENT, URL, DEFINITION, INTERFACE, TAGS, FEATURES, JOBS, REPORTS; STRICT=1, ALLOW_PLANNED=1, ALLOW_PARTIAL=1, EXPECTED=1; EACH, TURN, EACH_ALONE, NO_CONTROL=1; SAMPLE, SEED, TRIALS, BY of mutate; PYTHON; GROUPS of bench.

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_cache := $(CURDIR)/build/npm-cache
export npm_config_update_notifier := false
export npm_config_fetch_retry_mintimeout := 1000
export npm_config_fetch_retry_maxtimeout := 5000

on = $(filter-out 0 no false off,$(1))
option = $(if $(2),$(1) '$(2)')
STRICTNESS = $(if $(call on,$(STRICT)),--strict) $(if $(call on,$(ALLOW_PLANNED)),--allow-planned) \
  $(if $(call on,$(ALLOW_PARTIAL)),--allow-partial)
OF = $(call option,--project,$(PROJECT)) $(call option,--system,$(SYSTEM))
ACCEPT = $(OF) $(STRICTNESS) $(if $(call on,$(EXPECTED)),--expected) $(call option,--deployment,$(DEPLOYMENT)) \
  $(call option,--url,$(URL)) $(call option,--definition,$(DEFINITION)) $(call option,--interface,$(INTERFACE)) \
  $(call option,--tags,$(TAGS)) $(call option,--jobs,$(JOBS)) $(call option,--reports,$(REPORTS)) $(FEATURES)

# What only one system needs, what the suite judges it by, and the stores that it is run with, are installed when that
# system is run; all that is judged as a gateway is judged by the same.
STORED := $(patsubst systems/%/system.yaml,%,$(shell grep -ls '^stores:' systems/*/system.yaml))
GATEWAYS := $(patsubst systems/%/system.yaml,%,$(shell grep -ls '^features: gateway' systems/*/system.yaml))
SPECIAL := $(sort $(STORED) $(patsubst systems/%/requirements-suite.txt,%,$(wildcard systems/*/requirements-suite.txt)))
RUN = $(if $(filter all,$(SYSTEM)),$(SPECIAL),$(filter $(SPECIAL),$(SYSTEM)) $(if $(filter $(GATEWAYS),$(SYSTEM)),gateway))
FOR_SYSTEM = $(patsubst %,.venv/.for-system-%,$(RUN))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help accept gateways report doctor image test qualify mutate bench screenshots lint format clean

help:  ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

accept: .venv/.for-accept $(FOR_SYSTEM) node_modules/.made  ## Run a system's scenarios, or with SYSTEM=all every system's, write the reports, give the verdict.
	@$(BIN)/signoff accept $(ACCEPT)

gateways: .venv/.for-accept .venv/.for-system-gateway node_modules/.made  ## Judge published AI gateways and write docs/gateways.md, which puts them side by side.
	@$(BIN)/signoff gateways $(SYSTEM) $(call option,--jobs,$(JOBS)) $(call option,--reports,$(REPORTS))

report: .venv/.for-accept node_modules/.made  ## Rebuild the report and the acceptance page from the last run's results.
	@$(BIN)/signoff report $(OF) $(STRICTNESS) $(call option,--reports,$(REPORTS))

doctor: .venv/.for-accept  ## Tell what this machine offers, what is not verified without it, and how to get it.
	@$(BIN)/signoff doctor $(call option,--project,$(PROJECT)) $(call option,--reports,$(REPORTS))

image: .venv/.for-accept  ## Build the images of a system's compose file, so that it can be run by hand.
	@$(BIN)/signoff image $(OF)

test: .venv/.for-test node_modules/.made  ## Check style, types and the suite's own rules, and run the project's tests.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict support steps systems
	$(BIN)/signoff lint
	$(BIN)/pytest -n 2

qualify: .venv/.for-test $(FOR_SYSTEM)  ## Break a system in every way we know and see that a scenario notices.
	$(BIN)/python -m tests.defects $(call option,--system,$(SYSTEM)) $(call option,--each,$(EACH)) $(call option,--turn,$(TURN)) $(call option,--each-alone,$(EACH_ALONE)) $(if $(call on,$(NO_CONTROL)),--no-control)

mutate: .venv/.for-test  ## Make small changes of a system's code and see how many the scenarios notice.
	$(BIN)/python -m tests.mutants $(call option,--system,$(SYSTEM)) $(call option,--sample,$(SAMPLE)) $(call option,--seed,$(SEED)) $(call option,--trials,$(TRIALS)) $(call option,--by,$(BY)) $(call option,--jobs,$(JOBS))

bench: .venv/.for-test node_modules/.made  ## Measure CAIO, its peers and the suite, beside the figures to reach.
	$(BIN)/python -m bench $(GROUPS)

screenshots: .venv/.for-test node_modules/.made  ## Make the README's pictures from real runs (needs chromium).
	$(BIN)/python -m docs.screenshots

lint: .venv/.for-test  ## Check style and the suite's own rules only.
	$(BIN)/ruff check .
	$(BIN)/signoff lint

format: .venv/.for-test  ## Put all Python files into shape.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:  ## Remove everything that these targets made, the environment and the reports too, but no signed record.
	rm -rf .venv node_modules build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find reports -mindepth 1 \( -path reports/records -o -path 'reports/*/records' \) -prune -o ! -type d ! -path reports/README.md -exec rm -f {} +
	find reports -mindepth 1 -depth -type d -empty -delete
	find . -name __pycache__ -prune -exec rm -rf {} +

# --- set-up; a stamp says that a step has been done with the pins as they stand

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Signoff needs Python 3.11 or newer, and $(PYTHON) is not; name another with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.for-accept: .venv/.made requirements.txt pyproject.toml $(wildcard systems/*/pyproject.toml)
	$(BIN)/pip install -q -r requirements.txt
	$(BIN)/pip install -q --no-build-isolation --no-deps -e . $(foreach file,$(wildcard systems/*/pyproject.toml),-e $(dir $(file)))
	@touch $@

.venv/.for-system-%: .venv/.for-accept requirements-stores.txt $(wildcard systems/*/requirements*.txt)
	$(BIN)/pip install -q $(if $(filter $*,$(STORED)),-r requirements-stores.txt) $(foreach file,$(wildcard systems/$*/requirements.txt systems/$*/requirements-suite.txt),-r $(file))
	@touch $@

.venv/.for-test: .venv/.for-accept requirements-dev.txt requirements-stores.txt $(wildcard systems/*/requirements.txt systems/*/requirements-suite.txt)
	$(BIN)/pip install -q -r requirements-dev.txt $(foreach file,$(wildcard systems/*/requirements.txt systems/*/requirements-suite.txt),-r $(file))
	@touch $@

# npm comes with the environment. Where it cannot fetch the report generator, a run still gives its results and verdict.
node_modules/.made: .venv/.for-accept package.json package-lock.json
	@mkdir -p build
	@if PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >build/npm.log 2>&1; \
	then touch $@; else \
	  head -n 4 build/npm.log >&2; \
	  echo "The report generator could not be fetched (build/npm.log). Results and acceptance page are made all the" >&2; \
	  echo "same; once npm can reach its registry, \`make report\` makes the report." >&2; fi
