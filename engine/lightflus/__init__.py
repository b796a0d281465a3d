"""Lightflus: a stream processor in which user code is a sandboxed WebAssembly module."""

__version__ = "0.1.0"
