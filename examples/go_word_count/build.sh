#!/bin/sh
# Builds word_count.wasm with Go 1.24 or newer. Usage: build.sh [TARGET]
# c-shared makes a module that is called (a "reactor") instead of one that runs and ends; -w leaves debug data out, and
# the name section in; -trimpath makes places in errors the same on every machine.
set -eu
case ${1:-} in /*) target=$1 ;; *) target=$PWD/${1:-word_count.wasm} ;; esac
cd "$(dirname "$0")"
../../tools/setup.sh go
GOOS=wasip1 GOARCH=wasm go build -trimpath -buildmode=c-shared -ldflags=-w -o "$target" .
