# The verbs of the project; `make help` lists them. PYTHON picks the interpreter (3.11).
PYTHON ?= python3
LAB    ?= lab09
COURSE ?= course/demo
JOBS   ?=
py     := .venv/bin/python

export PYTHONWARNINGS ?= ignore
export PYDEVD_DISABLE_FILE_VALIDATION = 1

.PHONY: all help setup release verify demo grade solution lab attack bench test golden lock clean

all: ## set up, build and check the release, grade a demo class
	@$(MAKE) --no-print-directory setup release demo

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: .venv/ready ## install everything from requirements.lock into .venv

.venv/ready: requirements.lock
	@echo "== setup: Python packages from requirements.lock into .venv (minutes, once)"
	@$(PYTHON) -c 'import sys; sys.exit("make: Python 3.11 is needed; name one with PYTHON=..." if sys.version_info[:2] != (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@$(py) -m pip install -qq --disable-pip-version-check -r requirements.lock
	@$(py) -m lib.torchvision_without_ops
	@touch .venv/ready

release: setup ## build release/ from source/ and check it
	@echo "== release: source/ becomes student and solution notebooks"
	@$(py) -m autograder build
	@$(py) -m autograder verify $(LAB)

verify: setup ## check that the release holds nothing of the solution
	@$(py) -m autograder verify $(LAB)

demo: setup
	@echo "== demo: a made-up class hands in $(LAB) and is graded"
	@$(py) -m autograder demo $(LAB) --course course/demo
	@$(py) -m autograder grade $(LAB) --course course/demo $(if $(JOBS),--jobs $(JOBS))

grade: setup ## grade a class: make grade LAB=lab09 COURSE=course/mine
	@$(py) -m autograder grade $(LAB) --course "$(COURSE)" $(if $(JOBS),--jobs $(JOBS))

solution: release ## execute the solution (minutes) and keep it as notebook and HTML
	@$(py) -m autograder solution $(LAB)

lab: setup ## open the release in JupyterLab
	@cd release/$(LAB) && ../../$(py) -m jupyterlab $(LAB).ipynb

attack: setup ## hand in hundreds of attacks on this machine's grader: the check of a new server
	@$(py) -m autograder attack

bench: setup ## measure what has to be fast, side by side: ratios only
	@$(py) -m tests.bench

test: setup ## the whole test suite, linters and types
	@$(py) -m ruff check .
	@$(py) -m ruff format --check .
	@$(py) -m mypy
	@$(py) -m pytest

golden: setup ## rewrite the golden files of the tests
	@$(py) -m pytest tests/autograder/compiler --rewrite-golden

lock: setup ## pin what .venv holds now
	@$(py) -m pip freeze --exclude-editable | sed 's/+cpu$$//' > requirements.lock

clean: ## remove what was built and the demo class (not .venv, not your courses)
	@rm -rf .build course/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
