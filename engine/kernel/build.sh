#!/bin/sh
# Builds the kernel: engine/lightflus/kernel/kernel.wasm, which is checked in so that nobody needs Rust to run Lightflus.
# `--check` builds it elsewhere and compares byte for byte (x86-64 Linux, the toolchain of rust-toolchain.toml).
# Paths of this machine are mapped away and symbols stripped: the same source gives the same bytes in any directory.
set -eu

cd "$(dirname "$0")"
artefact=../lightflus/kernel/kernel.wasm
target=wasm32-unknown-unknown

if ! command -v cargo >/dev/null; then
    echo "kernel: cargo is not on this machine; get it from https://rustup.rs" >&2
    exit 1
fi
if [ ! -d "$(rustc --print target-libdir --target $target)" ]; then
    rustup target add $target
fi

cargo fetch --quiet --locked --target $target
separator=$(printf '\037')
CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$(pwd -P)=kernel"
for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    CARGO_ENCODED_RUSTFLAGS="$CARGO_ENCODED_RUSTFLAGS${separator}--remap-path-prefix=$registry=registry"
done
CARGO_ENCODED_RUSTFLAGS="$CARGO_ENCODED_RUSTFLAGS${separator}--remap-path-prefix=$(rustc --print sysroot)=rust"
CARGO_ENCODED_RUSTFLAGS="$CARGO_ENCODED_RUSTFLAGS${separator}-Clink-arg=-zstack-size=131072${separator}-Ctarget-feature=+simd128"
export CARGO_ENCODED_RUSTFLAGS

cargo build --quiet --release --locked --target $target
built="${CARGO_TARGET_DIR:-target}/$target/release/kernel.wasm"

if [ "${1:-}" = "--check" ]; then
    if ! cmp "$built" "$artefact"; then
        echo "kernel: the checked-in artefact is not what the source gives; run engine/kernel/build.sh and commit it" >&2
        exit 1
    fi
    echo "kernel: $artefact is current"
else
    cp "$built" "$artefact"
    chmod 644 "$artefact"
    echo "kernel: $(wc -c <"$artefact" | tr -d ' ') bytes in $artefact"
fi
