# Everything runs from .venv; a target that finds it up to date installs nothing.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development
ROBUSTNESS := $(VENV)/.robustness
TYPESCRIPT := tools/js/node_modules/.installed
NPM := $(shell command -v npm 2>/dev/null)
UNITS := "not (e2e or browser or container or corpus or fuzz or slow)"
# What `make fuzz` tries: that many mutated packages and requests of each kind, and so long with each of the four fuzzers.
FUZZ_EXAMPLES ?= 5000
FUZZ_SECONDS ?= 300
# Without bytecode every renderer would compile the engine anew: a quarter of a second of CPU for each job.
unexport PYTHONDONTWRITEBYTECODE
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet
# A file of pins holds every package of its group with the SHA-256 of each of its files, for every Python and system but
# Windows, where gunicorn does not run: colorama is for it alone. UPGRADE="--upgrade-package NAME" takes a newer version.
UPGRADE ?=
PINS := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-package colorama \
	--custom-compile-command "make pins" $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help demo run test test-quick test-slow coverage check smoke endurance fuzz mutants mutations expansions bench oracle golden golden-accept golden-corpus policy-schema pins sbom samples clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 15

demo: $(RUNTIME)  ## fill the sample notice and contract through a server started for them; results in out/
	@$(BIN)/python tools/demo.py

run: $(RUNTIME)  ## serve on 127.0.0.1:8000 with gunicorn
	@$(BIN)/python -m gunicorn wsgi:app

test: $(DEVELOPMENT)  ## run the whole suite on all cores, the tests of a file in one process
	@$(BIN)/python -m pytest -n auto --dist loadfile -rs

test-quick: $(DEVELOPMENT)  ## the units alone, on all cores: five minutes on two
	@$(BIN)/python -m pytest -n auto -m $(UNITS)

test-slow: $(DEVELOPMENT)  ## the units that take seconds each, one after the other
	@$(BIN)/python -m pytest -m slow

coverage: $(DEVELOPMENT)  ## the units again, telling how many lines of the package they run, and the ten modules that lack most
	@$(BIN)/python -m pytest -n auto -m $(UNITS) --cov --cov-report=
	@$(BIN)/coverage report --sort=cover | sed -n '1,12p'
	@echo "Lines of the package that the units run: $$($(BIN)/coverage report --format=total) %"

check: $(DEVELOPMENT) $(if $(NPM),$(TYPESCRIPT))  ## ruff, mypy (strict), import-linter, tsc where npm is installed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
ifneq ($(NPM),)
	@tools/js/node_modules/.bin/tsc --project tools/js
else
	@echo "npm is not installed (Debian: nodejs npm): the types of static/js were not checked"
	@test -z "$$DOCOPS_TESTS_SKIP_NOTHING"
endif

smoke: $(RUNTIME)  ## put load on a server started for it and judge what it did; results in artifacts/
	@$(BIN)/python tools/ci_smoke.py --artifacts-dir artifacts

endurance: $(RUNTIME)  ## crowds, hostile requests, hanging jobs, large files, faults, stops: the short forms
	@mkdir -p artifacts
	@$(BIN)/python tools/endurance.py --write-summary artifacts/endurance.json

fuzz: $(ROBUSTNESS)  ## try 5,000 mutated packages and requests, then fuzz guard, compiling, proof, tags and placeholder grammar
	@mkdir -p artifacts
	@DOCOPS_FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) $(BIN)/python -m pytest tests/fuzz --hypothesis-show-statistics
	@$(BIN)/python -m tests.fuzz.guard_fuzzer -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=artifacts/
	@$(BIN)/python -m tests.fuzz.compile_fuzzer -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=artifacts/
	@$(BIN)/python -m tests.fuzz.proof_fuzzer -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=artifacts/
	@$(BIN)/python -m tests.fuzz.tag_fuzzer -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=artifacts/
	@$(BIN)/python -m tests.fuzz.grammar_fuzzer -max_total_time=$(FUZZ_SECONDS) -artifact_prefix=artifacts/

mutants: $(ROBUSTNESS)  ## break guard, settings and auth in every small way and count how often a test notices
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results

bench: $(DEVELOPMENT)  ## measure the service and the engine; results in artifacts/bench/
	@$(BIN)/python tools/bench.py service
	@$(BIN)/python tools/bench.py engine
	@$(BIN)/python tools/bench.py growth
	@$(BIN)/python tools/bench.py library
	@$(BIN)/python tools/bench.py batches
	@$(BIN)/python tools/bench.py merge

oracle: $(DEVELOPMENT)  ## compare effective formatting with LibreOffice over the corpus
	@$(BIN)/python -m tests.oracle

golden: $(DEVELOPMENT)  ## compare what comes of every golden case with what is recorded
	@$(BIN)/python -m tests.golden compare

golden-accept: $(DEVELOPMENT)  ## record anew what comes of every golden case
	@$(BIN)/python -m tests.golden accept

golden-corpus: $(DEVELOPMENT)  ## write what comes of the corpus to artifacts/golden-corpus.txt (TO=another file)
	@$(BIN)/python -m tests.golden corpus $(or $(TO),artifacts/golden-corpus.txt)

policy-schema: $(RUNTIME)  ## write the JSON Schema of policy files anew, for editors
	@$(BIN)/python -m docops_flask.intake.catalogue.policy_schema

mutations: $(DEVELOPMENT)  ## 10,000 random mutations of results, of their bytes and of their logs, all of which the proof has to find
	@DOCOPS_TESTS_MUTATIONS=10000 $(BIN)/python -m pytest tests/engine/integrity/test_mutations.py

.PHONY: review-corpus
review-corpus: $(DEVELOPMENT)  ## a reviewer's copy of each kind of every document of the corpus: proved, and opened by LibreOffice
	@DOCOPS_TESTS_REVIEW_CORPUS=all $(BIN)/python -m pytest tests/oracle/test_review_copies.py
.PHONY: pdf-corpus pdf-endurance
pdf-corpus: $(DEVELOPMENT)  ## every document of the corpus as PDF: all of its text is there (needs LibreOffice; two minutes)
	@DOCOPS_TESTS_PDF_CORPUS=all $(BIN)/python -m pytest tests/corpus/test_pdf.py

pdf-endurance: $(DEVELOPMENT)  ## 100 PDFs one after the other are equal, byte for byte (needs LibreOffice; a minute)
	@DOCOPS_TESTS_PDF_ROUNDS=100 $(BIN)/python -m pytest tests/jobs/test_pdf.py -k one_after_the_other

expansions: $(DEVELOPMENT)  ## 5,000 random templates with blocks, which the proof has to expand as the code that fills does, and 5,000 with any tags
	@DOCOPS_TESTS_EXPANSIONS=5000 DOCOPS_TESTS_TAGGED=5000 $(BIN)/python -m pytest \
		tests/engine/integrity/test_block_expansion.py tests/fuzz/test_tagged_templates.py \
		tests/fuzz/test_column_tables.py

pins: $(DEVELOPMENT)  ## pin what pyproject.toml asks for, with hashes, in requirements*.txt (UPGRADE=--upgrade: the newest)
	@$(PINS) pyproject.toml --output-file requirements.txt
	@$(PINS) pyproject.toml --extra pdf --constraint requirements.txt --output-file requirements-pdf.txt
	@$(PINS) pyproject.toml --extra receipts --constraint requirements.txt \
		--output-file requirements-receipts.txt
	@$(PINS) pyproject.toml --extra celery --constraint requirements.txt --output-file requirements-celery.txt
	@$(PINS) pyproject.toml --extra s3 --constraint requirements.txt --output-file requirements-s3.txt
	@$(PINS) --group dev --constraint requirements.txt --constraint requirements-pdf.txt \
		--constraint requirements-receipts.txt --constraint requirements-celery.txt \
		--constraint requirements-s3.txt --output-file requirements-dev.txt
	@$(PINS) --group robustness --constraint requirements.txt --constraint requirements-dev.txt \
		--output-file requirements-robustness.txt

sbom: $(DEVELOPMENT)  ## list what is installed, as CycloneDX; artifacts/sbom.cdx.json
	@mkdir -p artifacts
	@$(BIN)/python -m cyclonedx_py requirements requirements.txt --pyproject pyproject.toml --output-reproducible \
		--validate --output-file artifacts/sbom.cdx.json
	@echo artifacts/sbom.cdx.json

samples: $(RUNTIME)  ## make samples/ anew
	@$(BIN)/python tools/make_samples.py

.PHONY: batches
batches: $(RUNTIME)  ## batches of 2,000 rows under gunicorn, with everything killed once
	@DOCOPS_TEST_BATCH_ROWS=2000 $(BIN)/python -m pytest tests/e2e/test_batches_under_gunicorn.py tests/batches/test_work.py

.PHONY: cluster
cluster: $(DEVELOPMENT)  ## every fault of docs/analysis/faults.md, "Several machines", between network namespaces (root, iproute2; a quarter of an hour)
	@DOCOPS_TEST_CLUSTER_ROWS=2000 $(BIN)/python -m pytest tests/e2e/cluster tests/e2e/cluster/fault_matrix.py

.PHONY: soak
soak: $(RUNTIME)  ## a batch of 100,000 rows: time, memory, disk, its whole result; a quarter of an hour
	@$(BIN)/python tools/bench.py batches --rows 100000 --pdf-rows 0 --jobs 0 --workers 2 --out artifacts/soak

.PHONY: template-pictures
template-pictures: $(RUNTIME)  ## make the pictures of docs/templates.md anew whose examples changed (needs LibreOffice)
	@$(BIN)/python tools/make_template_pictures.py

.PHONY: collection
collection: $(RUNTIME)  ## make docs/clients/docops.postman_collection.json anew from the OpenAPI document
	@$(BIN)/python -m tests.docs.every_address | $(BIN)/python tools/make_collection.py --openapi -

clean:  ## remove what the other targets made
	rm -rf $(VENV) tools/js/node_modules out artifacts build dist *.egg-info .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache mutants

$(RUNTIME): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "DocOps needs Python 3.11 or newer; set PYTHON=/path/to/python3.11 (found %d.%d)" % sys.version_info[:2])'
	@echo "Setting up $(VENV) (once; a minute or so)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --editable .
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

$(TYPESCRIPT): tools/js/package.json tools/js/package-lock.json
	@npm ci --prefix tools/js --loglevel=error --no-audit --no-fund --ignore-scripts >/dev/null
	@touch $@

$(ROBUSTNESS): requirements-robustness.txt $(DEVELOPMENT)
	@$(PIP) --require-hashes -r requirements-robustness.txt
	@touch $@
