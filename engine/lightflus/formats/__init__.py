"""Formats: bytes to Arrow and back, without a per-record Python loop on the way of good records.

What it owns: what a line means (`raw`, `json`) and how a row is written. Pure functions over bytes; any thread.
What it leaves: where bytes come from and what their positions are called (`connectors/`).
"""
