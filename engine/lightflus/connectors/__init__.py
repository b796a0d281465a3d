"""Connectors: a folder per system, which alone imports its client library.

What it owns: sources and sinks as `ports/` has them; what each is made of (`contract/`), what several do (`toolbox/`).
What it leaves: what bytes mean (`formats/`, handed in as `ports.LineDecoder` and `ports.Encoder`). Blocking; a reader
or writer is used by one thread at a time, a source or sink by several.
"""
