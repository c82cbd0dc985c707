# Two commands do everything on a fresh machine with Python 3.11 or later: `make run` and `make test`.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 7860
VENV := .venv
BIN := $(VENV)/bin

# Nothing is fetched at run time, and nothing about its use leaves the machine.
export HF_HUB_OFFLINE ?= 1
export HF_HUB_DISABLE_TELEMETRY := 1
export GRADIO_ANALYTICS_ENABLED := False

.PHONY: run test install ocr milvus index check eval bench clean
.DEFAULT_GOAL := run

run: $(VENV)/installed  ## open the chat on 127.0.0.1:7860, indexing first where that is needed
	@$(BIN)/python app.py --host $(HOST) --port $(PORT)

test: $(VENV)/installed-dev  ## the whole test suite, in two processes where there are two processors
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 2 --dist loadfile --no-loadscope-reorder

install: $(VENV)/installed  ## create .venv and install what running needs

ocr: $(VENV)/installed  ## what reading scanned pages and pictures needs, its models included
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements-ocr.txt

milvus: $(VENV)/installed  ## what keeping the store in Milvus needs
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements-milvus.txt

index: $(VENV)/installed  ## build or refresh the index
	@$(BIN)/python -m rag index

check: $(VENV)/installed-dev  ## formatting, lint, one-way imports and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

eval: $(VENV)/installed-dev  ## answer the evaluation questions, write the report and print the table
	@$(BIN)/python -m eval run

bench: $(VENV)/installed-dev  ## measure made collections of several sizes (eval/README.md); .bench keeps them
	@$(BIN)/python -m eval scale 10000 100000 1000000 --folder .bench

clean:  ## remove what was built; the bulletins and the models stay
	rm -rf $(VENV) .index

$(VENV)/installed: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python {sys.version.split()[0]} found; 3.11 or later is needed. Try: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt requirements-milvus.txt requirements-ocr.txt
	@$(BIN)/python -m pip install --disable-pip-version-check -r requirements-dev.txt
	@touch $@
