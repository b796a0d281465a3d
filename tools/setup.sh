#!/usr/bin/env bash
# Brings one thing that the Makefile needs onto this machine, or says in plain words how to get it.
# Usage: tools/setup.sh python | node | rust | clang | go | java | servers | helm
# What can be had without root is made inside the checkout; with root on Debian the missing package is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '== %s\n' "$*"; }
fail() { printf 'error: %s\n' "$1" >&2; shift; printf '  %s\n' "$@" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# apt PACKAGE...: installs, or fails with the command that the user may run.
apt() {
  if [ "$(id -u)" = 0 ] && has apt-get; then
    say "installing $*"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  else
    fail "this machine lacks: $*" "on Debian or Ubuntu: sudo apt-get install $*" "then run the same command again"
  fi
}

setup_python() {
  local python=${PYTHON:-python3}
  has "$python" || apt python3 python3-venv
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Lightflus needs Python 3.11 or newer; $python is $("$python" --version 2>&1)" "name another one: make PYTHON=python3.12 ..."
  if ! [ -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    say "environment .venv"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
      apt "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    fi
    "$python" -m venv --clear .venv
  fi
  say "packages of requirements.lock"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
}

setup_node() {
  has node && has npm ||
    fail "building TypeScript jobs needs Node.js 20 or newer, with npm" "get it from nodejs.org or your system's packages"
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' ||
    fail "building TypeScript jobs needs Node.js 20 or newer; this is $(node --version)"
}

setup_rust() {
  has cargo || fail "the kernel and jobs in Rust need Rust" "get rustup from rustup.rs; nothing else in Lightflus needs it"
  has rustup || return 0
  # rust-toolchain.toml names the version and the target; asking for the compiler there fetches both.
  (cd engine/kernel && { rustc --version >/dev/null 2>&1 || rustup toolchain install; } && rustup target add wasm32-unknown-unknown) 2>&1 |
    { grep -v 'up to date' || true; }
  # Jobs are built with the default toolchain.
  rustup target add wasm32-unknown-unknown 2>&1 | { grep -v 'up to date' || true; }
  # The oldest Rust that the SDK promises to work with; a test builds a job with it.
  local oldest
  oldest=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' udf_sdk/rust/lightflus/Cargo.toml)
  rustup run "$oldest" rustc --version >/dev/null 2>&1 || say "Rust $oldest"
  rustup toolchain install "$oldest" --profile minimal --target wasm32-unknown-unknown --no-self-update >/dev/null 2>&1 ||
    fail "Rust $oldest cannot be installed" "rustup toolchain install $oldest --profile minimal --target wasm32-unknown-unknown says why"
}

setup_clang() {
  has clang && has wasm-ld || apt clang lld
}

setup_go() {
  has go || apt golang-go
  # A Go of 1.21 or newer fetches by itself the version that a go.mod asks for.
  case $(GOTOOLCHAIN=local go version) in
    *go1.1[0-9]* | *go1.20*) fail "a guest in Go needs Go 1.24 or newer; this is $(go version)" "get it from go.dev" ;;
  esac
}

# For tests/portability: modules on a host that is not wasmtime. Maven fetches that host's jars.
setup_java() {
  has javac && has mvn || apt default-jdk-headless maven
}

# For tests, examples and `make servers`: the programs only; none of them becomes a service of this machine.
setup_servers() {
  has redis-server || apt_without_service redis-server
  has mariadbd || [ -x /usr/sbin/mariadbd ] || apt_without_service mariadb-server mariadb
  has openssl || apt openssl
  has java && has mvn || apt default-jre-headless maven
  local fetched=.build/kafka/pom.xml
  cmp -s tools/kafka/pom.xml "$fetched" && return
  say "Kafka's jars"
  rm -rf .build/kafka
  mvn -q -B -f tools/kafka/pom.xml dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$PWD/.build/kafka"
  cp tools/kafka/pom.xml "$fetched"
}

# For `make chart`: built from source, some minutes the first time.
setup_helm() {
  [ -x .build/bin/helm ] && return
  setup_go
  say "helm"
  GOBIN="$PWD/.build/bin" go install helm.sh/helm/v3/cmd/helm@v3.16.4
}

# apt_without_service PACKAGE [SERVICE]: its service is neither started now (policy-rc.d) nor when the machine starts.
apt_without_service() {
  local policy=/usr/sbin/policy-rc.d
  if [ "$(id -u)" = 0 ] && ! [ -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    trap "rm -f $policy" EXIT
  fi
  apt "$1"
  ! has systemctl || systemctl --quiet disable "${2:-$1}" 2>/dev/null || true
}

case ${1:-} in
  python | node | rust | clang | go | java | servers | helm) "setup_$1" ;;
  *) fail "usage: tools/setup.sh python|node|rust|clang|go|java|servers|helm" ;;
esac
