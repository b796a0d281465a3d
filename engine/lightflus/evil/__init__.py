"""The attack suite, as a product: hostile modules, each with what it may cost and the error that it must end with.

What it owns: the attacks (`guests.py`: those written in WebAssembly's text in `udf_sdk/samples/evil`; `files.py`,
`graphs.py`, `maps.py`: those made of bytes), running one beside an honest job (`arena.py`), the verdict (`suite.py`).
What it leaves: the report on a screen (`cli/attacking.py`).
"""
