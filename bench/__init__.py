"""Benchmarks that a person can run: `make bench`, or `.venv/bin/python -m bench NAME...`.

Each file answers one question and prints one table; a claim is a ratio of two programs in one run (A B A B, medians),
and a result counts only after it has been compared with an independent computation.
Nothing here runs in the test suite.
"""
