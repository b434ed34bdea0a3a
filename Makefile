# `make` alone lists what there is. Each target does its whole job on a machine
# that has only git, make and Python; see scripts/bootstrap.
.DEFAULT_GOAL := help
.PHONY: help run setup test lint format bench walk screenshots lock clean

PYTHON := .venv/bin/python
MANAGE := . scripts/environment.sh && $(PYTHON) manage.py
SHELL := /bin/bash

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@printf '\n  The portal listens on port 8000; PORT=8765 make run chooses another.\n'

run: ## set up what is missing and start the portal
	@scripts/run

setup: ## only set up what the portal needs to run
	@scripts/bootstrap
	@echo "Everything is in place: make run starts the portal."

test: ## set up what the tests need and run every check and test
	@scripts/test

lint: ## check formatting, style and import contracts
	@scripts/bootstrap dev
	@$(PYTHON) scripts/checks.py formatting style imports

format: ## format the code and mend what can be mended
	@scripts/bootstrap dev
	@$(PYTHON) -m ruff format --quiet .
	@$(PYTHON) -m ruff check --fix --quiet .

bench: ## measure pages against bare Django pages
	@scripts/bootstrap dev
	@$(MANAGE) bench

walk: ## take a project through the running portal: WALK="--solution a.md --revised b.md --out dir"
	@scripts/bootstrap dev
	@$(MANAGE) walk_through $(WALK)

screenshots: ## take the pictures of the README
	@scripts/bootstrap dev
	@$(MANAGE) take_screenshots

lock: ## compile the requirements anew, with hashes
	@scripts/bootstrap dev
	@for list in requirements requirements-dev requirements-setup; do \
		$(PYTHON) -m uv pip compile --quiet --generate-hashes --universal \
			--python-version 3.11 --no-header $$list.in --output-file $$list.txt || exit; \
	done

clean: ## remove what the set-up made; data in var/ stays
	@rm -rf .venv node_modules
