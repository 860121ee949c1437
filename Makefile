# Two commands for a newcomer: `make serve` and `make test`.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
EDITOR := digigraph/web/npm/manifest.json

.PHONY: serve test test-long bench screenshots clean

serve: .venv/ready $(EDITOR)
	$(BIN)/digigraph build --into releases
	$(BIN)/digigraph serve --releases releases --host $(HOST) --port $(PORT)

test: .venv/ready $(EDITOR)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# What takes many seconds each: continuous integration runs it after `make test`.
test-long: .venv/ready $(EDITOR)
	$(BIN)/pytest -n 2 --dist load -m long

bench: .venv/ready .bench/peers/ready
	$(BIN)/python -m tests.benchmarks $(BENCH)

.bench/peers/ready: tests/benchmarks/peers.txt
	$(PYTHON) -m venv .bench/peers
	.bench/peers/bin/pip install --quiet --requirement $<
	touch $@

screenshots: .venv/ready $(EDITOR)
	$(BIN)/python tests/pictures.py

clean:
	rm -rf .venv .bench screenshots build dist releases .mypy_cache .pytest_cache .ruff_cache .hypothesis node_modules digigraph/web/npm

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("digigraph needs Python 3.11 or newer; set PYTHON=") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

# The query editor of /sparql. Without npm the page is a plain form, and all the rest is the same.
$(EDITOR): package.json package-lock.json digigraph/web/gathering.py | .venv/ready
	@if ! command -v npm >/dev/null; then \
	  echo "npm is not installed: /sparql will be a plain form, without the editor" >&2; \
	elif ! { npm ci --silent && $(BIN)/python -m digigraph.web.gathering node_modules; }; then \
	  echo "npm could not fetch the editor: /sparql will be a plain form" >&2; \
	fi
