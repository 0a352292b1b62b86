# Everything runs in .venv, which is made when it is missing.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check lint types slow bench clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: .venv/ready
	$(BIN)/stockferry demo

test: .venv/ready
	$(BIN)/python -m pytest -n auto

check: lint types test

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	$(BIN)/mypy

slow: .venv/ready
	$(BIN)/python -m pytest -n auto -m '' --hypothesis-profile=slow

bench: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	$(BIN)/python benchmarks/cycle.py

clean:
	rm -rf .venv build *.egg-info
