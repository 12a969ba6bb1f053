# demo   the main job on the sample corpus        test   the whole test suite
# serve  the service on http://127.0.0.1:8000     check  format, lint, types, import contracts
# eval   measured quality                         bench  measured speed and size
# with-ray  the extra for clusters too: tests and torture then use it
PY := .venv/bin/python
UV := $(shell command -v uv 2>/dev/null)

.PHONY: demo test serve check check-api eval bench bench-scale bench-load torture with-ray lock clean

.venv/.ready: requirements.lock pyproject.toml
ifdef UV
	$(UV) venv --quiet --allow-existing --python python3 .venv
	$(UV) pip install --quiet --python .venv/bin/python -r requirements.lock
	$(UV) pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
else
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
endif
	@touch $@

with-ray: .venv/.ready
ifdef UV
	$(UV) pip install --quiet --python .venv/bin/python -r requirements-ray.lock
else
	.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-ray.lock
endif

demo: .venv/.ready
	@.venv/bin/voc demo

serve: .venv/.ready
	@.venv/bin/voc serve

test: .venv/.ready
	@$(PY) -m pytest

check: .venv/.ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

check-api: .venv/.ready
	VOC_CHECK_EXAMPLES=60 $(PY) -m pytest -n0 tests/api/test_document.py

eval: .venv/.ready
	@.venv/bin/voc eval all

bench: .venv/.ready
	@$(PY) -m evals.bench

bench-load: .venv/.ready
	@$(PY) -m evals.benches.load

bench-scale: .venv/.ready
	@$(PY) -m evals.benches.scale $(ARGS)
	@$(PY) -m evals.benches.workers

torture: .venv/.ready
	@$(PY) -m evals.benches.torture

lock:
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --extra dev pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate --extra ray -c requirements.lock pyproject.toml -o requirements-ray.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
