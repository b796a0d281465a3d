"""The word count in Rust beside the published one in TypeScript: speed in the same run, size, time of a build.

Both modules go from the same file to SQLite as whole processes pinned to one core, A B A B; both results are compared
with the independent count before any figure is printed. The functions of both are timed by themselves, too, as the
engine calls them: reading, keys, state and the database cost the same whatever a module was written in. The build is
timed twice: with nothing compiled yet, and with what the crate itself depends on compiled, as every build after a
project's first is.
"""

from __future__ import annotations

from functools import partial

from bench.guests import load_modules, measured
from bench.inputs import WORDS_PER_LINE, expected_counts, lines_file
from bench.measure import alternate, record, table
from bench.rust_module import build_rust_module
from bench.word_count import DISTINCT, LINES, build_module, lightflus_counts, run_lightflus

ROUNDS = 3
GOAL_WORDS_PER_SECOND = 6_000_000
GOAL_RATIO = 2
GOAL_BYTES = 60_000
GOAL_BUILD_SECONDS = 15


def main() -> None:
    """Builds, runs, compares, prints."""
    source = lines_file(LINES, distinct=DISTINCT)
    expected = expected_counts(source)
    in_rust, first, second = build_rust_module()
    modules = {"Rust": in_rust, "TypeScript": build_module()}
    for name, module in modules.items():
        run_lightflus(module, source)  # fills the cache of compiled modules
        if lightflus_counts() != expected:
            raise SystemExit(f"{name} counted wrong")
    used = alternate({name: partial(run_lightflus, module, source) for name, module in modules.items()}, rounds=ROUNDS)
    words = LINES * WORDS_PER_LINE
    rows = [
        [name, f"{modules[name].stat().st_size:,}", f"{u.wall_seconds:.2f}", f"{u.cpu_seconds:.2f}",
         f"{words / u.wall_seconds:,.0f}", f"{words / u.cpu_seconds:,.0f}"]
        for name, u in used.items()
    ]  # fmt: skip
    table(
        f"word count, file -> table, {words:,} words, {DISTINCT:,} distinct, one core, results verified",
        ["module", "bytes", "wall s", "CPU s", "words/s", "words/CPU-s"],
        rows,
    )
    ratio = used["TypeScript"].cpu_seconds / used["Rust"].cpu_seconds
    size = in_rust.stat().st_size
    functions = measured(load_modules({name: module.read_bytes() for name, module in modules.items()}), source)
    typescript, rust = (sum(s[name] for s in functions.values()) for name in ("TypeScript", "Rust"))
    print(f"  words per CPU-second, Rust : TypeScript = {ratio:.2f} (goal {GOAL_RATIO}),", end=" ")
    print(f"of their functions alone {typescript / rust:.2f}")
    print(f"  words per second {words / used['Rust'].wall_seconds:,.0f} (goal {GOAL_WORDS_PER_SECOND:,})")
    print(f"  module {size:,} bytes (goal {GOAL_BYTES:,})")
    print(f"  build {second:.1f} s (goal {GOAL_BUILD_SECONDS}); with nothing compiled before {first:.1f} s")
    record("rust", {"words": words, "ratio": ratio, "bytes": size, "build": [first, second], **used})
