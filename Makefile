# Two commands for a newcomer: `make serve` and `make test`.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.PHONY: serve test bench clean

serve: .venv/ready
	$(BIN)/digigraph build --into releases
	$(BIN)/digigraph serve --releases releases --host $(HOST) --port $(PORT)

test: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile

bench: .venv/ready
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf .venv build dist releases .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("digigraph needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
