# The verbs of the project; `make help` lists them. PYTHON picks the interpreter (3.11).
PYTHON ?= python3
LAB    ?= lab09
LABS   := $(if $(filter command line environment,$(origin LAB)),$(LAB),$(notdir $(wildcard source/*)))
COURSE ?= course/demo
DESK   ?= course/desk
JOBS   ?=
CHROMIUM ?=
py     := .venv/bin/python
as_root = $(if $(filter 0,$(shell id -u)),--allow-root)

# `make check` leaves out the tests that start many graders or train models: minutes of waiting.
slow := attacks browser source stress $(addprefix autograder/,bundle engine gate mutation verbs test_cli.py \
  course/test_gradebook.py course/test_plugins.py)
linters = $(py) -m ruff check . && $(py) -m ruff format --check . && $(py) -m mypy

export PYTHONWARNINGS ?= ignore
export PYDEVD_DISABLE_FILE_VALIDATION = 1
unexport PYTHONDONTWRITEBYTECODE  # else each process compiles all of our code again

.PHONY: all help setup release verify demo grade solution handout lab attack stress bench answers mutate check test coverage install-check chromium golden lock clean

all: ## set up, build and check the release, grade a demo class
	@$(MAKE) --no-print-directory setup release demo

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: .venv/ready ## install everything from requirements.lock into .venv

.venv/ready: requirements.lock
	@echo "== setup: Python packages from requirements.lock into .venv (minutes, once)"
	@$(PYTHON) -c 'import sys; sys.exit("make: Python 3.11 is needed; name one with PYTHON=..." if sys.version_info[:2] != (3, 11) else 0)'
	@$(PYTHON) -m venv .venv
	@$(py) -m pip install -qq --disable-pip-version-check -r requirements.lock
	@$(py) -m lib.kit.data.torchvision_without_ops
	@touch .venv/ready

release: setup ## build release/ from source/ and check it
	@echo "== release: source/ becomes student and solution notebooks"
	@$(py) -m autograder build
	@for lab in $(LABS); do $(py) -m autograder verify $$lab || exit; done

verify: setup ## the release gate: solution, blank, leaks, rebuild, points
	@$(py) -m autograder verify $(LAB)

demo: setup
	@for lab in $(LABS); do \
	  echo "== demo: a made-up class hands in $$lab and is graded"; \
	  $(py) -m autograder demo $$lab --course course/demo && \
	  $(py) -m autograder grade $$lab --course course/demo $(if $(JOBS),--jobs $(JOBS)) || exit; \
	done

grade: setup ## grade a class: make grade LAB=lab09 COURSE=course/mine
	@$(py) -m autograder grade $(LAB) --course "$(COURSE)" $(if $(JOBS),--jobs $(JOBS))

solution: release chromium ## execute the solution (minutes); keep it as notebook, HTML and PDF
	@$(py) -m autograder solution $(LAB)

handout: release chromium ## the student version as executed notebook, HTML and PDF
	@$(py) -m autograder handout $(LAB)

lab: setup ## open your own copy of the release in JupyterLab
	@test -e "$(DESK)/$(LAB)" || { mkdir -p "$(DESK)" && cp -R release/$(LAB) "$(DESK)"; }
	@echo "== lab: your copy is $(DESK)/$(LAB); delete it to start afresh"
	@py="$(CURDIR)/$(py)"; cd "$(DESK)/$(LAB)" && exec "$$py" -m jupyterlab $(as_root) $(LAB).ipynb

attack: setup ## hand in hundreds of attacks on this machine's grader: the check of a new server
	@$(py) -m autograder attack

stress: setup ## thousands of fuzzed notebooks and frames, and runs killed half-way (half an hour)
	@$(py) -m tests.stress

bench: setup ## ratios of speed and memory, each measured side by side
	@$(py) -m tests.bench

answers: setup ## grade the bank of other answers: right ones get full marks, wrong ones lose points
	@$(py) -m autograder answers $(LAB) $(if $(JOBS),--jobs $(JOBS))

mutate: setup ## make hundreds of small mistakes in the solution: do the tests find them? (minutes)
	@$(py) -m autograder mutate $(LAB) $(if $(JOBS),--jobs $(JOBS))

chromium: setup ## install Debian's Chromium, which prints PDFs and is tested with, where root may
	@$(py) -m autograder.render.chromium

check: setup ## linters, types and the fast tests: before each commit (about 4 minutes)
	@$(linters)
	@$(py) -m pytest -n 2 --dist loadfile $(addprefix --ignore=tests/,$(slow))

test: setup $(if $(filter install,$(CHROMIUM)),chromium) ## linters, types, all tests; CHROMIUM=install gets a browser for them
	@$(linters)
	@$(py) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -rs

coverage: setup ## all tests, and the lines of lib/ and autograder/ that none of them runs
	@$(py) -m pytest -n 2 --dist loadfile --cov --cov-report=term-missing:skip-covered

install-check: setup ## pip install . in a fresh environment, and grade with what is installed (minutes)
	@$(py) -m pytest -m install

golden: setup ## rewrite the golden files of the tests
	@$(py) -m pytest tests/autograder/compiler --rewrite-golden

lock: setup ## pin what .venv holds now
	@$(py) -m pip freeze --exclude-editable | sed 's/+cpu$$//' > requirements.lock

clean: ## remove what was built and the demo class (not .venv, not your courses)
	@rm -rf .build course/demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
