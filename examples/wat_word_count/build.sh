#!/bin/sh
# Assembles word_count.wasm with the assembler that wasmtime's Python package has. Usage: build.sh [TARGET]
# Any other does as well: wat2wasm of wabt (with --debug-names), wasm-tools parse.
set -eu
case ${1:-} in /*) target=$1 ;; *) target=$PWD/${1:-word_count.wasm} ;; esac
cd "$(dirname "$0")"
"${PYTHON:-../../.venv/bin/python}" - "$target" <<'PROGRAM'
import sys
from pathlib import Path
from lightflus.wasm import from_text

Path(sys.argv[1]).write_bytes(from_text(Path("word_count.wat").read_text(encoding="utf-8")))
PROGRAM
