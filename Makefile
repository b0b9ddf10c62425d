# The only entry: people and CI call the same targets. `make` alone lists them.
PORT ?= 8000
PYTHON = .venv/bin/python
CODE = dothi tests tools bench conftest.py
export PYTHONPATH = .
export PYTHONDONTWRITEBYTECODE =
MAKEFLAGS += --no-print-directory

.PHONY: help setup setup-test setup-spark assets messages demo test test-all check fix bench docs pictures lock clean

help:
	@echo "make demo      a running house with sample data on http://localhost:$(PORT)"
	@echo "make test      the default tests            make test-all   the long ones too"
	@echo "make check     format, types, contracts     make fix        mend what can be mended"
	@echo "make bench     measure                      make docs       write docs/reference"
	@echo "make pictures  the pictures of the README"
	@echo "make lock      pin the packages anew        make clean      remove what was built"

setup:
	@tools/setup run

setup-test:
	@tools/setup test

setup-spark: setup-test
	@tools/setup-spark

assets:
	@$(PYTHON) tools/assets.py

messages:
	@$(PYTHON) tools/messages.py compile

demo: setup assets messages
	@exec $(PYTHON) -m dothi.run demo --with-parent --port $(PORT) $(if $(FRESH),--fresh) $(ARGS)

test: setup-test assets messages
	@tools/browser
	@$(PYTHON) -m pytest -m "not long" -n 2 --dist loadfile

test-all: setup-test setup-spark assets messages
	@tools/browser
	@tools/mariadb
	@$(PYTHON) -m pytest -n 2 --dist loadfile

check: setup-test assets messages
	@$(PYTHON) -m ruff check $(CODE)
	@$(PYTHON) -m ruff format --check --quiet $(CODE)
	@$(PYTHON) -m djlint --lint --quiet dothi
	@$(PYTHON) tools/messages.py check
	@$(PYTHON) tools/migrations.py
	@$(PYTHON) tools/reference.py check
	@$(PYTHON) tools/tree.py
	@$(PYTHON) -c "from importlinter.cli import lint_imports_command as c; c()" >.make/imports.log || { cat .make/imports.log; exit 1; }
	@$(PYTHON) -m mypy $(CODE)

fix: setup-test
	@$(PYTHON) -m ruff check --fix $(CODE)
	@$(PYTHON) -m ruff format $(CODE)

bench: setup-test assets messages
	@$(PYTHON) -m bench

docs: setup-test
	@$(PYTHON) tools/reference.py write

pictures: setup-test assets messages
	@tools/browser
	@$(PYTHON) tools/pictures.py

lock: setup-test
	@tools/lock

clean:
	@rm -rf .venv build node_modules .make .mypy_cache .ruff_cache .pytest_cache .hypothesis
