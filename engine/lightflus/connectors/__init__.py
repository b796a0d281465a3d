"""Connectors: one file per system, and the only importer of its client library.

What it owns: sources and sinks as `runtime.io` has them, their options, and `--bind`.
What it leaves: what bytes mean (`formats/`, handed in as `io.LineDecoder` and `io.Encoder`). Blocking; a reader or
writer is used by one thread at a time, a source or sink by several.
"""
