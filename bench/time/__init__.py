"""Event time beside the running reduce, in the same run: windows, sessions, timers, and 10^7 keys."""

from bench.time.run import main

__all__ = ["main"]
