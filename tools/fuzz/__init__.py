"""Fuzzing of whatever reads a stranger's bytes: `python -m tools.fuzz`, or `make fuzz`.

What it owns: damaging honest inputs (`damaging.py`), what is fed with them and what may come of it (`targets.py`),
doing so in chunks that can be repeated one by one (`__main__.py`).
"""
