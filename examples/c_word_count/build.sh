#!/bin/sh
# Builds word_count.wasm with clang and wasm-ld, version 14 or newer. Usage: build.sh [TARGET]
# The features are those of the portable profile (docs/abi.md 1.2). --stack-first: a stack that overflows traps, instead
# of writing over data. The name section stays in, so that errors name functions.
set -eu
case ${1:-} in /*) target=$1 ;; *) target=$PWD/${1:-word_count.wasm} ;; esac
cd "$(dirname "$0")"
../../tools/setup.sh clang
clang --target=wasm32 -std=c11 -O2 -nostdlib -ffreestanding -Wall -Wextra -Werror \
  -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals -I../../udf_sdk/c \
  -Wl,--no-entry -Wl,-z,stack-size=65536 -Wl,--stack-first -o "$target" word_count.c
