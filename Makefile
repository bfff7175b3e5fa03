# Works with GNU make. Nothing here depends on an activated virtual environment: all runs from .venv.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH
# What one process of the tests compiles, the next one reads.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BIN := .venv/bin
# The resolver's version is fixed, so that the same inputs are locked to the same pins.
UV := uv==0.13.9

.PHONY: help install site demo test test-long check fuzz bench accuracy crash dist-terraform prove screenshots lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/installed ## Make .venv with all that the other targets need; make demo needs less

.venv/installed: requirements/dev.txt pyproject.toml scripts/install.sh scripts/bootstrap.sh
	@sh scripts/install.sh .venv requirements/dev.txt
	@touch $@ .venv/demo

.venv/demo: requirements/demo.txt pyproject.toml scripts/install.sh scripts/bootstrap.sh
	@sh scripts/install.sh .venv requirements/demo.txt
	@touch $@

demo: $(if $(wildcard .venv/installed),install,.venv/demo) ## Show the whole story on an AWS inside the process: no account, no credentials
	@$(BIN)/skerry demo
	@echo "This skerry is .venv/bin/skerry. README.md (Install) puts it on the PATH."

test: install ## Run the tests; COVERAGE=1 also demands full coverage
	@sh scripts/lab_packages.sh $(BIN)/python
	@sh scripts/browser_packages.sh
	$(BIN)/python -m pytest -n auto --dist loadscope $(if $(COVERAGE),--cov --cov-report=term)

test-long: install ## Run a part of the tests that take long, in minutes; WHOLE=1 runs all of them, in an hour
	@sh scripts/lab_packages.sh $(BIN)/python
	@sh scripts/browser_packages.sh
	SKERRY_TEST_WHOLE=$(WHOLE) $(BIN)/python -m pytest -n auto --dist loadscope -m long

check: install ## Check style, types, the direction of imports, and that the generated pages are up to date
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python scripts/check_pages.py --check
	$(BIN)/python scripts/module_docs.py --check
	$(BIN)/python scripts/python_docs.py --check
	$(BIN)/python scripts/json_schemas.py --check

fuzz: install ## Give skerry wrong inputs: N=100000 SEED=1; ONLY=7 repeats one, REHEARSE=500 builds labs of so many
	$(BIN)/python -m tests.fuzz N=$(or $(N),10000) SEED=$(SEED) ONLY=$(ONLY) REHEARSE=$(REHEARSE)

crash: install ## Kill applies and undos at every line of their journals, at calls and at random instants: N=200 SEED=0
	$(BIN)/python -m tests.crash N=$(or $(N),200) SEED=$(or $(SEED),0)

bench: install ## Run the benchmarks
	$(BIN)/python -m bench

dist-terraform: install ## Lay the Terraform module out for a repository of its own: OWNER=name of its registry namespace
	$(BIN)/python scripts/dist_terraform.py $(if $(OWNER),--owner $(OWNER))

accuracy: install ## Print how right skerry and other tools are on networks with known faults
	$(BIN)/python -m bench.faults

site: install ## Build the documentation as a site in build/site/html
	$(BIN)/python scripts/site.py

prove: install ## Try random networks with packets, and wrong engines on them: N=10000 SEED=0 CLIENTS=8
	@sh scripts/lab_packages.sh $(BIN)/python
	$(BIN)/python -m tests.prove N=$(or $(N),10000) SEED=$(or $(SEED),0) CLIENTS=$(or $(CLIENTS),8)

screenshots: install ## Write the pictures of reports in docs/images again
	@sh scripts/browser_packages.sh
	$(BIN)/python scripts/screenshots.py

COMPILE := build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-emit-find-links --no-header

lock: ## Pin the requirements again from pyproject.toml; UPGRADE=1 takes newer releases
	sh scripts/bootstrap.sh build/lock
	build/lock/bin/python -m pip install --quiet $(UV)
	$(COMPILE) --all-extras --group dev $(if $(UPGRADE),--upgrade) --output-file requirements/dev.txt pyproject.toml
	$(COMPILE) --extra demo --group build --constraints requirements/dev.txt --no-annotate \
		--output-file requirements/demo.txt pyproject.toml

clean: ## Remove .venv, caches and builds
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f .coverage .coverage.*
	find src tests bench scripts -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
