# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
DEMO = .venv-demo
TEST = .venv
PYTEST = $(TEST)/bin/python -m pytest -n auto

.PHONY: demo test lint types docs-current docs benchmarks clean

demo: $(DEMO)/installed
	$(DEMO)/bin/convmath lecture
	$(DEMO)/bin/convmath explain "Conv2d(3, 128, 3, bias=False)" --input 3x7x7

test: $(TEST)/installed
	$(PYTEST)

lint: $(TEST)/installed
	$(TEST)/bin/ruff check .
	$(TEST)/bin/ruff format --check .

types: $(TEST)/installed
	$(TEST)/bin/mypy

docs-current: $(TEST)/installed
	$(TEST)/bin/python docs/generate.py --check

docs: $(TEST)/installed
	$(TEST)/bin/python docs/generate.py
	$(TEST)/bin/sphinx-build -W -q docs build/docs

benchmarks: $(TEST)/installed
	$(TEST)/bin/pip install --quiet --constraint constraints.txt --editable ".[benchmarks]"
	$(TEST)/bin/python tests/benchmarks/run.py

$(DEMO)/installed: pyproject.toml
	$(PYTHON) -m venv $(DEMO)
	$(DEMO)/bin/pip install --quiet .
	touch $@

$(TEST)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(TEST)
	$(TEST)/bin/pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf $(DEMO) $(TEST) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
