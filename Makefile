# What a person runs is what CI runs. Every target does its own set-up: an environment from requirements.lock and the
# TypeScript bundle, each made again only when its inputs have changed (stamps in .build/). `make help` lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
# Some images ask Python to keep no compiled files; each of the hundreds of programs that the tests start would then
# compile the engine again, and each worker the tests.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
SDK := udf_sdk/typescript
BUNDLE := engine/lightflus/bundled/typescript
RUST_SDK := udf_sdk/rust
RUST_BUNDLE := engine/lightflus/bundled/rust

ENV_STAMP := .build/python.stamp
SDK_STAMP := .build/typescript.stamp
NODE_MODULES := $(SDK)/node_modules/.package-lock.json
SDK_INPUTS := $(wildcard $(SDK)/package.json $(SDK)/tsconfig*.json $(SDK)/*.mjs) \
	$(shell find $(SDK)/src $(SDK)/assembly $(SDK)/compiler -type f 2>/dev/null) \
	$(shell find $(RUST_SDK)/lightflus $(RUST_SDK)/lightflus-macros -type f 2>/dev/null)

.PHONY: help setup demo demo-kafka cluster-demo servers test unit slow fuzz simulate chaos evil check lint types generated generated-check bench kernel kernel-check sdk sdk-check sdk-test wheel npm chart lock clean

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(ENV_STAMP) $(SDK_STAMP) ## .venv/bin/lightflus, ready to build and run TypeScript jobs

demo: setup ## the published word count: on its own sentence, then on 100 MB of text
	@$(BIN)/python examples/word_count/demo.py

demo-kafka: setup ## the published word count between a real Kafka and a real Redis, fed by a producer (about a minute)
	@tools/setup.sh servers
	@PYTHONPATH=. $(BIN)/python examples/word_count/demo_kafka.py

cluster-demo: setup ## a cluster of two workers, the published word count on it, a worker killed meanwhile (about a minute)
	@tools/setup.sh servers
	@PYTHONPATH=. $(BIN)/python examples/word_count/demo_cluster.py

test: unit ## all tests: the unit part (< 60 s), then the slow part; the SDK's own run beside it (< 10 minutes in all)
	@set -m; $(MAKE) sdk-test >.build/sdk-test.log 2>&1 & beside=$$!; set +m; \
	trap "kill -- -$$beside 2>/dev/null || true" EXIT; \
	failed=0; $(MAKE) slow || failed=1; \
	wait $$beside || failed=1; cat .build/sdk-test.log; exit $$failed

unit: setup ## the tests to run while working (< 60 s)
	@echo "== unit tests"
	$(BIN)/python -m pytest -q -n auto -m "not slow"

slow: setup
	@tools/setup.sh rust
	@tools/setup.sh java
	@tools/setup.sh clang
	@tools/setup.sh go
	@tools/setup.sh servers
	@echo "== slow tests: whole programs, the compilers, the wheel"
	MAKEFLAGS= $(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder -m slow

simulate: setup ## a job is killed a thousand times over, in virtual time, and shows what a clean run shows; SIMULATE="--lives 100"
	$(BIN)/python -m pytest -q -n auto tests/time/test_lives_by_luck.py tests/time/test_letters_by_luck.py --lives 125 $(SIMULATE)

chaos: setup ## a real job, killed every few seconds for ten minutes, over files, SQLite, Kafka, Redis, MariaDB; prints what is missing
	@tools/setup.sh java
	@tools/setup.sh servers
	$(BIN)/python -m tools.chaos --minutes 10 $(CHAOS)

fuzz: setup ## damaged bytes through everything that reads a stranger's, ten million cases; FUZZ="--seed 7" says which
	$(BIN)/python -m tools.fuzz --cases 10000000 --jailed 20000 $(FUZZ)

evil: setup ## the attack suite against this engine: lightflus evil (minutes)
	$(BIN)/lightflus evil

check: lint types generated-check sdk-check kernel-check ## style, types, generated code, and the kernel rebuilt from source

lint: $(ENV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(ENV_STAMP)
	$(BIN)/mypy
	@for file in tests/*/conftest.py; do $(BIN)/mypy $$file; done

generated: $(ENV_STAMP) ## write generated files again: protobuf code, what is made from proto/connectors, docs/limits.md
	$(BIN)/python proto/generate.py
	$(BIN)/python -m tools.connectors
	$(BIN)/python tools/limits_page.py
	$(BIN)/python docs/pictures/draw.py

generated-check: $(ENV_STAMP)
	$(BIN)/python proto/generate.py --check
	$(BIN)/python -m tools.connectors --check
	$(BIN)/python tools/limits_page.py --check
	$(BIN)/python docs/pictures/draw.py --check

bench: setup ## benchmarks, each with its peer in the same run, one table each (about 15 minutes)
	@for part in rust clang servers; do tools/setup.sh $$part; done
	@$(BIN)/python -m bench

kernel: ## rebuild engine/lightflus/kernel/kernel.wasm from engine/kernel (needs Rust)
	@tools/setup.sh rust
	engine/kernel/build.sh

kernel-check:
	@tools/setup.sh rust
	cd engine/kernel && cargo fmt --check && cargo clippy --quiet --locked --all-targets -- -D warnings
	cd engine/kernel && cargo test --quiet --locked
	@case "$$(uname -s)-$$(uname -m)" in \
		Linux-x86_64) engine/kernel/build.sh --check ;; \
		*) echo "the kernel's bytes are compared on x86-64 Linux only" ;; \
	esac

sdk: $(SDK_STAMP) ## the SDKs: bundle the compiler, lightflus-api and the crate lightflus into the Python package

sdk-check: $(SDK_STAMP)
	cd $(SDK) && npm run --silent typecheck
	@tools/setup.sh rust
	cd $(RUST_SDK) && cargo fmt --check && cargo clippy --quiet --locked --all-targets -- -D warnings

sdk-test: $(SDK_STAMP)
	@echo "== TypeScript SDK tests"
	cd $(SDK) && npm test --silent

servers: setup ## Kafka, Redis and MariaDB on their usual ports, until Ctrl-C; SERVERS="kafka:9093" is one on another
	@tools/setup.sh servers
	@$(BIN)/python -m tools.servers $(SERVERS)

wheel: setup ## dist/lightflus-*.whl with the kernel and the TypeScript compiler inside
	@rm -f dist/lightflus-*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .
	@ls -l dist/*.whl

npm: setup ## dist/lightflus-api-*.tgz, the npm package: types, local runner and compiler, for jobs that deploy themselves
	@mkdir -p dist && cp $(BUNDLE)/lightflus-api-*.tgz dist/ && ls -l dist/*.tgz

chart: setup ## render docker/chart and check it against the schemas of Kubernetes (builds helm the first time)
	@tools/setup.sh helm
	.build/bin/helm lint --quiet docker/chart
	.build/bin/helm template one docker/chart > .build/chart.yaml
	$(BIN)/kubernetes-validate --strict --quiet .build/chart.yaml

lock: $(ENV_STAMP) ## pin the environment again from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --quiet --custom-compile-command "make lock" -o requirements.lock

clean: ## remove what the targets made
	rm -rf .build .venv dist $(BUNDLE) $(RUST_BUNDLE) $(RUST_SDK)/target $(SDK)/node_modules $(SDK)/dist bench/results engine/kernel/target

$(ENV_STAMP): requirements.lock pyproject.toml tools/setup.sh
	@PYTHON=$(PYTHON) tools/setup.sh python
	@mkdir -p .build && touch $@

$(NODE_MODULES): $(SDK)/package.json $(SDK)/package-lock.json
	@tools/setup.sh node
	cd $(SDK) && npm ci --silent --no-audit --no-fund
	@touch $@

$(SDK_STAMP): $(NODE_MODULES) $(SDK_INPUTS)
	@echo "== TypeScript bundle"
	cd $(SDK) && npm run --silent build
	@rm -rf $(RUST_BUNDLE) && mkdir -p $(RUST_BUNDLE)
	@cd $(RUST_SDK) && cp -R lightflus lightflus-macros $(CURDIR)/$(RUST_BUNDLE)
	@rm -rf $(RUST_BUNDLE)/lightflus/tests
	@mkdir -p .build && touch $@
