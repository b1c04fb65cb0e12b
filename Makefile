# Two commands do everything on a machine with Python 3.11 or newer: `make serve` and `make test`.
# `make` alone lists the rest.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/
PORT ?= 8000
STAMP := $(VENV)/.installed
STAMP_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help serve graph test lint types contracts check manifest reference wheel bench bench-service bench-validation bench-validation-short soak soak-short clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-23s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "poca-kg needs Python 3.11 or newer; name one with make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(STAMP): pyproject.toml constraints.txt $(VENV)/bin/python
	$(RUN)python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(STAMP_DEV): pyproject.toml constraints.txt $(VENV)/bin/python
	$(RUN)python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(STAMP)

graph: $(STAMP) ## build the graph, validate it, make it current
	$(RUN)poca-kg build
	$(RUN)poca-kg publish

serve: graph ## build, validate and serve at http://127.0.0.1:8000 (PORT=... for another port)
	$(RUN)poca-kg serve --port $(PORT)

test: $(STAMP_DEV) ## run every test
	$(RUN)poca-kg build --quiet
	$(RUN)poca-kg publish --quiet
	$(RUN)python -m pytest

lint: $(STAMP_DEV) ## formatting and lint
	$(RUN)ruff format --check .
	$(RUN)ruff check .

types: $(STAMP_DEV) ## mypy, strict
	$(RUN)mypy

contracts: $(STAMP_DEV) ## the layers, as import contracts
	$(RUN)lint-imports --no-cache

reference: $(STAMP_DEV) ## write the generated files again: terms, reference pages, coverage, manifest
	$(RUN)python tools/generate_terms.py
	$(RUN)python tools/generate_reference.py
	$(RUN)python tools/generate_shape_pages.py
	$(RUN)python tools/generate_guide_reports.py
	$(RUN)python tools/generate_command_pages.py
	$(RUN)python tools/generate_coverage.py
	$(RUN)python tools/generate_manifest.py

wheel: $(STAMP_DEV) ## build the wheel, with graph and ontology inside
	$(RUN)python -m build --wheel

bench: graph $(STAMP_DEV) ## measure, and write benchmarks/results/
	$(RUN)python benchmarks/foundation.py

bench-service: graph $(STAMP_DEV) ## measure the service beside its peers (needs wrk), and write benchmarks/results/
	$(RUN)python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[peers]'
	$(RUN)python -m benchmarks.service run

bench-validation: $(STAMP_DEV) ## measure validation beside pyshacl, and write benchmarks/results/
	$(RUN)python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[peers]'
	$(RUN)python -m benchmarks.validation run

bench-validation-short: $(STAMP_DEV) ## a trial of it: every engine finds just the mistakes that were made
	$(RUN)python -m benchmarks.validation run --short

soak: $(STAMP_DEV) ## ten minutes of mixed load with runaways, 30,000 mutants, 20,000 random shapes, 100 publications, 500 kills; writes benchmarks/results/
	$(RUN)python benchmarks/soak/soak.py --write benchmarks/results/soak.json
	$(RUN)python benchmarks/soak/fuzz.py --write benchmarks/results/fuzz.json
	$(RUN)python benchmarks/soak/shacl.py --write benchmarks/results/shacl-fuzz.json
	PUBLICATIONS=100 $(RUN)python -m pytest -q tests/service/test_life.py -k many_are_published
	$(RUN)python benchmarks/soak/kill.py --write benchmarks/results/kill.json
	SOAK_KILLS=200 $(RUN)python -m pytest -q tests/writer/test_durability.py -k is_killed

soak-short: $(STAMP_DEV) ## the same load for a minute
	$(RUN)python benchmarks/soak/soak.py --seconds 60

check: lint types contracts test ## everything that must pass before a commit lands

clean: ## remove what was built
	rm -rf build dist $(VENV) src/poca_kg/_bundle .pytest_cache .mypy_cache .ruff_cache .hypothesis
