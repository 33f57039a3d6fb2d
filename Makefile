# make run | demo | test | bench | torture   (each sets up what it needs first)
PYTHON ?=
PY := .venv/bin/python
export PYTHON

.PHONY: run demo test bench torture lint setup

run: setup
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname -s)" = Darwin ]; then \
		$(PY) -m app; \
	else \
		echo "No display was found, so there is nowhere to open the window: running the unattended demo instead."; \
		$(MAKE) --no-print-directory demo; \
	fi

# `make demo SENSES=cameras`: the same with a policy that sees; STEPS=2000 trains it for longer.
SENSES ?= state
demo: setup
	@.ci/with-display $(PY) -m app.demo --senses $(SENSES) $(if $(STEPS),--steps $(STEPS))

# One test process for each core, and two at most: `make test WORKERS=4` allows more.
WORKERS ?= 2

test: lint
	.ci/with-display $(PY) -m pytest --numprocesses auto --maxprocesses $(WORKERS)

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

bench: setup
	@for script in tests/benchmarks/bench_*.py; do \
		echo; echo "== $$script"; .ci/with-display $(PY) $$script || exit 1; \
	done

# A quarter of an hour of kills, full disks and hostile files; `make test` runs a short version.
torture: setup
	$(PY) tests/torture/kills.py --count 1000
	$(PY) tests/torture/full_disk.py --count 200
	$(PY) tests/torture/mutations.py --count 10000

setup:
	@.ci/setup
