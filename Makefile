# What a developer runs. Python's environment, .venv, is made or refreshed
# first (tools/setup); nothing here needs root.

UV = .venv/bin/uv
# both locks are resolved for this Python
COMPILE = $(UV) pip compile --quiet --upgrade --python-version 3.11 \
	--no-annotate --custom-compile-command 'make lock'
RUNNERS = lint unit functional databases servers packaging minicloud \
	devstack contract cloud

# have uv trust what pip and git trust, where the machine keeps such a list
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS = true
endif

.PHONY: help setup test demo proof $(RUNNERS) docs lock clean

help: ## say what there is (the default)
	@awk -F ':.*## ' '/^[a-z]+:.*## / \
	{ printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv, or refresh it after a change
	@tools/setup

test: setup ## run every runner below in turn, then sum up
	@tools/test

demo: setup ## protect, fault and recover a service on real OpenStack
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/python -m tests.demo

proof: setup ## try every claim with large counts; ONLY=name, SEED=number
	@.venv/bin/python -m tests.proof $(if $(SEED),--seed $(SEED)) $(ONLY)

lint: ## runner: style, types, import contracts, spelling
unit: ## runner: plans, weighers, diagnosis; seconds
functional: ## runner: API, database and worker on the fake cloud
databases: ## runner: what meets in the database, on MariaDB and PostgreSQL
servers: ## runner: real databases and a real broker die and come back
packaging: ## runner: the wheel, installed and used outside the checkout
minicloud: ## runner: the minicloud does what it says
devstack: ## runner: the DevStack plugin, phase by phase
contract: ## runner: what we need of a cloud, on the fake and the real
cloud: ## runner: end to end on real OpenStack services

$(RUNNERS): setup
	@tools/test $@

docs: setup ## build the documentation into doc/build/html
	$(UV) run --quiet --isolated --no-project --python .venv/bin/python \
	    --with-requirements requirements/test.txt \
	    --with-requirements doc/requirements.txt --with-editable . \
	    sphinx-build -q -W --keep-going doc/source doc/build/html

lock: setup ## resolve both locks anew
	$(COMPILE) requirements.txt test-requirements.txt \
	    --output-file requirements/test.txt
	$(COMPILE) requirements/services.in \
	    --output-file requirements/services.txt

clean: ## end what runs in state/; remove it, .venv and the caches
	@for each in state/*/minicloud.json; do \
	    [ ! -e "$$each" ] || python3 -m tests.minicloud down --purge \
	        --state "$${each%/*}"; done
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	    .import_linter_cache build doc/build *.egg-info state
