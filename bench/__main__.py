"""`python -m bench [NAME...]`: runs the named benchmarks, or all of them, one after the other.

Owns the list and nothing else. A benchmark that fails (a wrong result, a program that ends badly) ends the run.
"""

from __future__ import annotations

import importlib
import platform
import sys
import time

BENCHMARKS = {
    "word_count": "whole program against bytewax, one core",
    "rust": "the word count in Rust against TypeScript: speed, size, build",
    "parallel": "parallelism 2 against 1",
    "loop": "the longest step on the event loop of a word count at parallelism 4",
    "memory": "peak memory, 1 M lines against 10 M",
    "guests": "flatMap and reduce in wasm, from TypeScript and Rust, against a C guest",
    "build_time": "cold build",
    "gcd": "a computing function in a guest against the same loop in native C",
    "call": "one guest call against the binding's own",
    "redis": "the Redis sink against bare MSET, SET EX and XADD of redis-py",
    "kafka": "Kafka in and out against bare loops and quixstreams",
    "mysql": "the MySQL sink against a bare multi-row upsert",
    "poison": "records that kill their operator: none, 1, 100 and 10,000 in a million",
    "neighbours": "an honest job at 30 % of its capacity, alone and beside attackers of each kind",
    "time": "windows, sessions and timers against the running reduce, and 10^7 keys",
    "json_lines": "JSON to columns against pyarrow, and back against Python's own",
    "kernel": "key -> slot against a naive table",
    "checkpoints": "a word count over a million keys with a checkpoint each second, and without",
    "state": "state as runs: sealing, one changed row in a hundred, restoring, merging; 10^7 rows",
    "one_record": "one record through an idle job of three stages over two workers",
    "many_jobs": "300 jobs of one namespace on one worker, Kafka to Redis: memory, threads, idle CPU, delay",
    "exchange": "batches from one process to another: MB/s, CPU and delay",
}


def main() -> int:
    """Runs what the command line names."""
    chosen = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in chosen if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark called {', '.join(unknown)}; there are:", file=sys.stderr)
        for name, what in BENCHMARKS.items():
            print(f"  {name:12} {what}", file=sys.stderr)
        return 2
    machine = f"Python {platform.python_version()}, {platform.machine()}, {platform.system()}"
    print(f"{machine}; other load makes all figures worse")
    begin = time.monotonic()
    for name in chosen:
        module = importlib.import_module(f"bench.{name}")
        module.main()
    print(f"\n{len(chosen)} benchmarks in {time.monotonic() - begin:.0f} s; figures in bench/results/")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
