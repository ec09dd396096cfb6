# Every target makes its own virtual environment first; all it needs is Python 3.11 or newer with venv, and make.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS ?= tests
EXTRAS ?= dev,examples
SPEED ?= ./speed# the compiled part, where there is a compiler; SPEED= leaves it out
N ?= 2000
SEED ?= 1
SECONDS ?= 60
FUZZ_PYTHON ?= $(PYTHON)
FUZZ_VENV := .venv-fuzz

DAILY ?=
SUITES := toolz more-itertools attrs $(if $(DAILY),,networkx jinja2 anyio)
SUITE_VENVS := tests/transparency/.venvs

FRAMEWORKS := langgraph openai-agents pydantic-ai crewai
FRAMEWORK_VENVS := tests/frameworks/.venvs

PEERS := dbos langgraph joblib prefect
RECORDERS := opentelemetry langfuse logfire mlflow dbos langgraph joblib reeltime typer viztracer coverage
BENCHES ?= record theft start trace storage reading replay debug
PEER_VENVS := bench/.venvs
RESULTS := bench/.results/conformance.json
ROOTCAUSE := bench/.results/rootcause.json

# The tests start some thousand interpreters: without compiled files each compiles all it imports again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test laws faults fuzz check format pictures conformance bench rootcause transparency frameworks clean

help:  ## say what there is
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --editable ".[$(EXTRAS)]"
	$(if $(SPEED),-$(BIN)/python -m pip install --quiet $(SPEED))
	@touch $(READY)

demo: $(READY)  ## the tour: fail, debug, fix, replay, success
	$(BIN)/flight-recorder demo

test: $(READY)  ## run the tests
	$(BIN)/python -m pytest -q -n auto --dist worksteal $(TESTS)

laws: $(READY)  ## the laws of replay on N random programs from number SEED on: make laws N=20000
	$(BIN)/python -m tests.laws.run --pairs $(N) --seed $(SEED) --report docs/laws.md

faults: N = 10000
faults: $(READY)  ## what may befall a recorder, N of it SIGKILL, into docs/reliability.md: make faults N=1000
	$(BIN)/python -m tests.faults.run --tries $(N) --report docs/reliability.md

fuzz: $(FUZZ_VENV)/.ready  ## feed the readers mutated files, each for SECONDS: make fuzz SECONDS=600
	$(FUZZ_VENV)/bin/python -m tests.fuzz.run --seconds $(SECONDS)

$(FUZZ_VENV)/.ready: pyproject.toml
	$(FUZZ_PYTHON) -m venv $(FUZZ_VENV)
	$(FUZZ_VENV)/bin/python -m pip install --quiet --no-compile --editable . "atheris>=3"
	@touch $@

check: $(READY)  ## formatting, lint, types, layers, documents in step
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/tools/in_step.py

format: $(READY)  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

pictures: $(READY)  ## make the pictures of the README again, from real runs
	$(BIN)/python docs/tools/pictures.py

$(PEER_VENVS)/%/.ready: bench/requirements/%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --requirement $<
	@touch $@

conformance: $(READY) $(PEERS:%=$(PEER_VENVS)/%/.ready)  ## the programs of docs/conformance.md, on us and on others
	$(BIN)/python -m bench.conformance.run --out $(RESULTS)
	$(BIN)/python -m bench.conformance.report $(RESULTS) docs/conformance.md

bench: $(READY) $(RECORDERS:%=$(PEER_VENVS)/%/.ready)  ## what it costs, and whether the targets hold: make bench BENCHES="start theft"
	@for bench in $(BENCHES); do echo "bench.$$bench"; $(BIN)/python -m bench.$$bench --report || exit 1; done
	$(BIN)/python -m bench.targets --report

rootcause: $(READY)  ## how often the root cause is named, into docs/rootcause.md: make rootcause SEED=5
	$(BIN)/python -m bench.rootcause.run --generated 200 --healthy 500 --seed $(SEED) --out $(ROOTCAUSE)
	$(BIN)/python -m bench.rootcause.report $(ROOTCAUSE) docs/rootcause.md

$(SUITE_VENVS)/%/.ready: tests/transparency/requirements/%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --requirement $<
	$(@D)/bin/python -m pip download --quiet --no-deps --no-binary $* --dest $(@D)/sdist $$(grep '^$*==' $<)
	mkdir -p $(@D)/sources && tar -xzf $(@D)/sdist/*.tar.gz -C $(@D)/sources --strip-components=1
	$(if $(SPEED),-$(@D)/bin/python -m pip install --quiet $(SPEED))
	@touch $@

transparency: $(READY) $(SUITES:%=$(SUITE_VENVS)/%/.ready)  ## other libraries' tests, registered and traced; DAILY=1: a part, registered
	$(BIN)/python -m tests.transparency.run $(if $(DAILY),--daily --way registered,--report docs/transparency.md) $(SUITES:%=--suite %)

$(FRAMEWORK_VENVS)/%/.ready: tests/frameworks/requirements/%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --requirement $< --editable .
	@touch $@

frameworks: $(READY) $(FRAMEWORKS:%=$(FRAMEWORK_VENVS)/%/.ready)  ## an agent on each framework: fails, is debugged, fixed and replayed
	$(BIN)/python -m tests.frameworks.run --report docs/frameworks.md $(FRAMEWORKS:%=--framework %)

clean:  ## remove what the targets made
	rm -rf $(VENV) .venv-* bench/.venvs bench/.results $(SUITE_VENVS) $(FRAMEWORK_VENVS) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
