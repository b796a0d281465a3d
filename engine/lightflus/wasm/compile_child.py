"""The program that compiles a stranger's module in a process of its own, under limits that it sets itself first.

What it owns: bytes in on stdin, machine code out on stdout; a refusal is text on stderr and exit code REFUSED.
What it leaves: starting it and reading how it ended (`sandbox/compiler.py`). It imports wasmtime and nothing else big.
"""

from __future__ import annotations

import resource
import sys
from typing import Final

REFUSED: Final = 3
"""Exit code: wasmtime refuses the bytes."""


def main() -> None:
    """Compiles stdin to stdout. Arguments: CPU seconds, memory bytes."""
    _limit(resource.RLIMIT_CPU, int(sys.argv[1]))
    _limit(resource.RLIMIT_AS, int(sys.argv[2]))
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    from lightflus.wasm.module import CompiledModule  # noqa: PLC0415 - loaded under the limits
    from lightflus.wasm.traps import WasmRefused  # noqa: PLC0415

    try:
        artefact = CompiledModule.from_wasm(sys.stdin.buffer.read()).artefact()
    except WasmRefused as refused:
        sys.stderr.write(str(refused))
        sys.exit(REFUSED)
    sys.stdout.buffer.write(artefact)


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (wanted, wanted))


if __name__ == "__main__":
    main()
