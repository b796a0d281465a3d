"""Strangers' code: looked at before it runs, compiled in a jail, run within limits, believed in nothing.

What it owns: examination (`examining.py`, in the jail: `inspect.py`, compiling), host functions, instances
(`instance.py`: the port `ports.Guest`), errors that name function, row and source line (`traps.py`).
What it leaves: wasmtime (`lightflus.wasm`), batches in memory (`lightflus.codec`), who may run what (`cli`, `worker`).
"""
