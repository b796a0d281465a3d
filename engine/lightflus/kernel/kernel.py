"""Makes kernel instances: what the command line hands to the runtime as `ports.Kernel`.

What it owns: how much memory an instance may have. Any thread may ask; what it makes is for one thread at a time.
"""

from __future__ import annotations

from lightflus.kernel.keyed_state import WasmKeyedState
from lightflus.kernel.partitioner import WasmPartitioner
from lightflus.kernel.process_state import WasmProcessState
from lightflus.kernel.run_tools import WasmRunMerger, WasmRunReader
from lightflus.kernel.windowed_state import WasmWindowedState
from lightflus.limits import KERNEL_MEMORY_BYTES
from lightflus.model.types import Type
from lightflus.model.windows import WindowSpec
from lightflus.ports.durable import Merging, Runs


class WasmKernel:
    """Implements `ports.Kernel` with the module `kernel.wasm`."""

    def __init__(self, memory_bytes: int = KERNEL_MEMORY_BYTES) -> None:
        """Instances may grow to `memory_bytes` each."""
        self._memory_bytes = memory_bytes

    def keyed_state(self, key: Type, state: Type) -> WasmKeyedState:
        """A new, empty table. Raises KernelFailed if the kernel cannot be loaded."""
        return WasmKeyedState(key, state, self._memory_bytes)

    def partitioner(self, key: Type) -> WasmPartitioner:
        """Hash and partition for keys of that type. Raises KernelFailed if the kernel cannot be loaded."""
        return WasmPartitioner(key)

    def windowed_state(self, key: Type, state: Type, spec: WindowSpec) -> WasmWindowedState:
        """A new one without windows. Raises KernelFailed if the kernel cannot be loaded."""
        return WasmWindowedState(key, state, spec, self._memory_bytes)

    def process_state(self, key: Type, state: Type, ttl: int | None, *, has_event_time: bool) -> WasmProcessState:
        """A new one without keys. Raises KernelFailed if the kernel cannot be loaded."""
        return WasmProcessState(key, state, ttl, self._memory_bytes, has_event_time=has_event_time)

    def run_merger(self, runs: Runs, merging: Merging) -> WasmRunMerger:
        """Makes one run of several. Raises CheckpointDamaged, KernelFailed."""
        return WasmRunMerger(runs, merging)

    def run_reader(self, runs: Runs, key: Type, state: Type) -> WasmRunReader:
        """Shows rows of runs. Raises CheckpointDamaged, KernelFailed."""
        return WasmRunReader(runs, key, state)
