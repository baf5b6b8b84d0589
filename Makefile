# make demo   builds the example workbook, recomputes it and says where it is
# make test   installs what the tests need and runs them all, on the built wheel
# Both make their own environment in .venv; nothing else is needed but Python 3.11 or newer.

.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WHEEL_VENV := .venv-wheel
OUT := out
DEMO := $(OUT)/strategie-exemple.xlsx
# Hundreds of Pythons are started, each of which would compile the whole program for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-long laws lint messages docs changelog bench bench-calc faults fuzz lossless adopt nights lambdas merges upgrades edited judgement pictures hosts wheel wine clean system

$(VENV)/.runtime: pyproject.toml strategy_xl/__init__.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: pyproject.toml strategy_xl/__init__.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev,server]"
	touch $@ $(VENV)/.runtime

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/make \1	\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

demo: $(VENV)/.runtime  ## the example workbook, built and recomputed
	mkdir -p $(OUT)
	$(BIN)/strategy-xl new $(DEMO) --with-example --force
	$(BIN)/strategy-xl recompute $(DEMO) || test $$? -eq 1
	@echo "→ $(abspath $(DEMO))"

# The wheel is what is tested, as people get it: in an environment of its own, from a folder in which Python finds no
# checkout. Three processes on two cores: one of them mostly waits for LibreOffice, a server or a disk.
test: system $(VENV)/.dev  ## install what the tests need, build the wheel, and run them all on it
	$(BIN)/python tools/wheel_env.py $(WHEEL_VENV)
	$(BIN)/python -m compileall -q strategy_xl tools benchmarks  # copies of the program start as quickly
	cd $(WHEEL_VENV) && env -u PYTHONPATH bin/python -m pytest -n 3 --dist loadgroup -m "not long" ../tests

test-long: system $(VENV)/.dev  ## the further cases of what the tests state, for which a merge does not wait
	$(BIN)/python tools/wheel_env.py $(WHEEL_VENV)
	cd $(WHEEL_VENV) && env -u PYTHONPATH bin/python -m pytest -n 3 --dist loadgroup -m long ../tests

# Twenty times as many examples as in CI, other ones each time; laws that say how many they take keep to that.
laws: $(VENV)/.dev  ## the laws that tests state, on a thousand examples each
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m hypothesis --hypothesis-profile long tests

lint: $(VENV)/.dev  ## ruff, mypy, import-linter; are catalogues and references fresh?
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/messages.py --check
	$(BIN)/python tools/docs.py --check
	$(BIN)/python tools/rule_docs.py --check
	$(BIN)/python tools/function_docs.py --check
	$(BIN)/python tools/host_table.py --check

# LibreOffice is how the tests recalculate and draw workbooks.
system:  ## LibreOffice, Chromium and PostgreSQL from Debian, as root
	sh tools/system_packages.sh

messages: $(VENV)/.dev  ## compile the catalogues of texts
	$(BIN)/python tools/messages.py

# The references anew, then the site in both languages, every link checked; nothing is fetched.
docs: $(VENV)/.dev  ## write the generated references, build the site in out/site
	$(BIN)/python tools/docs.py
	$(BIN)/python tools/rule_docs.py
	$(BIN)/python tools/function_docs.py
	$(BIN)/python tools/docs_site.py $(OUT)/site

# Writes docs/judgement.md and its French page; CHURN=Telco-Customer-Churn.csv adds which classes leave.
judgement: system $(VENV)/.dev  ## docs/judgement.md, how well the rules judge
	$(BIN)/python tools/judgement.py $(if $(CHURN),--churn $(CHURN))
	$(BIN)/python tools/docs.py

# What the fragments in changes/ make: shown, or with VERSION=0.2.0 put into CHANGELOG.md in their place.
changelog: $(VENV)/.dev  ## what the fragments in changes/ make (VERSION=0.2.0 writes it)
	$(BIN)/towncrier build $(if $(VERSION),--yes --version $(VERSION),--draft --version next)

pictures: system $(VENV)/.dev demo  ## every sheet of the example as PNG, to look at
	$(BIN)/python tools/pictures.py $(OUT)/pictures
	$(BIN)/python tools/function_pictures.py docs/pictures
	$(BIN)/python tools/function_cells.py docs/pictures/functions
	$(BIN)/python tools/site_pictures.py docs/pictures

# Writes docs/performance.md; FULL=1 with 50,000 to 1,000,000 clients and 1,000 workbooks.
bench: $(VENV)/.dev  ## speed and memory (FULL=1: to a million clients)
	$(BIN)/python benchmarks/patch.py
	$(BIN)/python benchmarks/rules.py
	$(BIN)/python benchmarks/smart.py
	$(BIN)/python benchmarks/functions.py
	$(BIN)/python benchmarks/formulas.py
	$(BIN)/python benchmarks/performance.py $(if $(FULL),--full)
	$(BIN)/python benchmarks/calc.py
	$(BIN)/python benchmarks/serve.py
	$(BIN)/python benchmarks/report.py

# Runs killed at random and at every call of the system, files saved meanwhile, full disks; the counts go into
# docs/reliability.md. Only Linux and its like (processes are forked); as root it also fills a file system.
bench-calc: $(VENV)/.dev  ## the functions in LibreOffice Calc: a call, ranges, whole columns, the worker's start
	$(BIN)/python benchmarks/calc.py

faults: $(VENV)/.dev  ## kill runs at random, save files meanwhile, fill disks
	$(BIN)/python tools/faults.py --write $(FAULTS)

# Every kind of edit on copies of all workbooks of a folder, and what else changed: nothing. FOLDER=…
lossless: $(VENV)/.dev  ## every kind of edit on a folder of workbooks (FOLDER=…)
	$(BIN)/python tools/lossless.py $(if $(FOLDER),"$(FOLDER)")

# Every workbook of a folder takes our sheets in and gives them back, and nothing of its own changes. FOLDER=…
adopt: $(VENV)/.dev  ## our sheets into a folder of workbooks, and out again (FOLDER=…)
	$(BIN)/python tools/adopt.py $(if $(FOLDER),"$(FOLDER)")

# Mutated workbooks, formulas, lists and requests; FUZZ="--seed 7 --cases 500 --kind zip" for another run.
fuzz: $(VENV)/.dev  ## mutated workbooks, formulas and lists (FUZZ="--minutes 5")
	$(BIN)/python tools/fuzz.py --write $(FUZZ)

# Two hundred workbooks of each landed version, changed by script as people change them, upgraded: nothing of theirs
# is lost (UPGRADES="--books 20 --versions 3").
upgrades: $(VENV)/.dev  ## workbooks of each landed version, changed as people change them, upgraded
	$(BIN)/python tools/upgrades.py $(UPGRADES)

# People edit workbooks of every version in LibreOffice; then upgrade, translate, adopt and diff are held against what
# they did (EDITED="--books small-3 adopted").
edited: system $(VENV)/.dev  ## workbooks edited in LibreOffice: upgraded, translated, adopted, nothing lost
	$(BIN)/python tools/edited_books.py $(EDITED)

# Thirty nights over 200 workbooks with scripted edits: the history tells exactly what was scripted. FOLDER=…
nights: $(VENV)/.dev  ## thirty nights over 200 workbooks, told exactly by the history
	$(BIN)/python tools/simulate_nights.py $(or $(FOLDER),$(OUT)/nights) --postgresql

# Each LAMBDA on its examples and on sixty drawn calls in every language, against Python's functions, in a calculator
# other than that of the tests (LAMBDAS="--calls 300 --seed 7 STRATX_TOWS").
lambdas: $(VENV)/.dev  ## the LAMBDAs against Python's functions, in a second calculator
	$(BIN)/python tools/lambda_proof.py $(LAMBDAS)

# A thousand pairs of edited copies of one workbook, put together as files: nothing is lost untold.
merges: $(VENV)/.dev  ## a thousand pairs of edited copies put together, nothing lost untold
	$(BIN)/python tools/merges.py $(MERGES)

# The Excel side on a Windows Python under Wine, with xlwings' own DLL and COM server; Excel is not there.
wine: $(VENV)/.dev  ## the Excel side on a Windows Python under Wine
	sh tools/system_packages.sh wine
	$(BIN)/python tools/wine.py $(OUT)/wine

# Every host that can run here computes every function and is held against Python: the table of docs/hosts.md.
hosts: system $(VENV)/.dev  ## each function in each host, compared; writes the table of docs/hosts.md
	sh tools/system_packages.sh wine
	rm -f $(OUT)/host-runs.jsonl && mkdir -p $(OUT)
	STRATEGY_XL_HOST_RUNS=$(abspath $(OUT)/host-runs.jsonl) $(BIN)/python -m pytest -q tests/functions/test_registry.py \
	  tests/conformance/test_lambdas.py tests/hosts/test_calc_examples.py tests/hosts/test_calc_night.py \
	  tests/hosts/test_server_attacks.py
	STRATEGY_XL_HOST_RUNS=$(abspath $(OUT)/host-runs.jsonl) $(BIN)/python tools/wine.py $(OUT)/wine
	$(BIN)/python tools/host_table.py $(OUT)/host-runs.jsonl

wheel: $(VENV)/.dev  ## the wheel, in dist/
	$(BIN)/python -m build --wheel --outdir dist .

clean:  ## take away what was made in out/, dist/, build/ and the wheel's environment
	rm -rf $(OUT) dist build $(WHEEL_VENV)
