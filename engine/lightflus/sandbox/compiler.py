"""Compiling strangers' modules: in a child process that cannot take more than its limits, once per module.

What it owns: starting the child (`wasm/compile_child.py`), its limits in time, CPU and memory, what its end means, the
cache of its artefacts. Compile time is outside what wasmtime promises for hostile input: a small file can cost minutes.
Blocking; any thread. What it leaves: inspecting before (`inspect.py`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import lightflus
from lightflus.errors import InternalError, ModuleInvalid
from lightflus.limits import COMPILE_CPU_SECONDS, COMPILE_MEMORY_BYTES, MIB
from lightflus.wasm import ArtefactCache, CompiledModule, Engine, package_directory
from lightflus.wasm.compile_child import REFUSED

_WALL_SECONDS_PER_CPU_SECOND = 6
"""A busy machine gives a child less than a core."""
_THREADS = "2"
_PROGRAM = "import sys; sys.path[:0] = sys.argv[3:]; from lightflus.wasm.compile_child import main; main()"
_TOO_MUCH = "Make it smaller: fewer or shorter functions."


def compiled(
    wasm: bytes,
    digest: str,
    cache: ArtefactCache | None,
    engine: Engine,
    *,
    cpu_seconds: int = COMPILE_CPU_SECONDS,
    memory_bytes: int = COMPILE_MEMORY_BYTES,
) -> CompiledModule:
    """The compiled module of inspected bytes: from the cache, else from a child process.

    Args:
        wasm: bytes that `inspect` accepted.
        digest: their SHA-256.
        cache: where artefacts are kept; None = nowhere.
        engine: what it will run in.
        cpu_seconds: CPU time that the child may use.
        memory_bytes: address space that it may use.

    Raises:
        ModuleInvalid: it cannot be compiled within the limits.
    """
    kept = cache.load(digest, engine) if cache is not None else None
    if kept is not None:
        return kept
    artefact = _compile_in_child(wasm, cpu_seconds, memory_bytes)
    if cache is not None:
        cache.store(digest, artefact)
    return CompiledModule.from_artefact(artefact, engine)


def _compile_in_child(wasm: bytes, cpu_seconds: int, memory_bytes: int) -> bytes:
    places = [str(Path(lightflus.__file__).parents[1]), package_directory()]
    command = [sys.executable, "-I", "-c", _PROGRAM, str(cpu_seconds), str(memory_bytes), *places]
    environment = {"RAYON_NUM_THREADS": _THREADS, "MALLOC_ARENA_MAX": _THREADS, "RUST_BACKTRACE": "0"}
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    try:
        done = subprocess.run(
            command,
            input=wasm,
            capture_output=True,
            env=environment,
            timeout=cpu_seconds * _WALL_SECONDS_PER_CPU_SECOND,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow(cpu_seconds) from None
    except OSError as error:
        raise InternalError(f"the compiler process does not start: {error}") from error
    if done.returncode == 0:
        return done.stdout
    raise _failure(done.returncode, done.stderr.decode(errors="replace"), cpu_seconds, memory_bytes)


def _failure(code: int, said: str, cpu_seconds: int, memory_bytes: int) -> ModuleInvalid | InternalError:
    """What the child's end means."""
    if code == REFUSED:
        return ModuleInvalid(f"it cannot be compiled: {said}")
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return _too_slow(cpu_seconds)
    if code == -signal.SIGABRT or "MemoryError" in said or "memory allocation" in said:
        text = f"it cannot be compiled within {memory_bytes // MIB} MiB of memory"
        return ModuleInvalid(text, hint=_TOO_MUCH)
    return InternalError(f"the compiler process ended with code {code}: {said[-300:]}")


def _too_slow(cpu_seconds: int) -> ModuleInvalid:
    return ModuleInvalid(f"it cannot be compiled within {cpu_seconds} s", hint=_TOO_MUCH)
