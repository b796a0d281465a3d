"""key -> slot in the kernel beside a naive hash table in Rust, in the same run; and what a fold batch pays."""

from bench.kernel.run import main

__all__ = ["main"]
