"""Keys to slots, state rows by slot, JSON to columns and back: the Python face of the native kernel (`engine/kernel`).

What it owns: `WasmKernel`, which implements `ports.kernel.Kernel`; readers and writers of JSON (`json.py`). What it
leaves: what the rows mean and when they are folded (`runtime/`), what it means in plain Python (`testing/kernel.py`).
Each state and each Partitioner is an instance of its own; one thread at a time uses it.
"""

from lightflus.kernel.kernel import WasmKernel
from lightflus.kernel.keyed_state import WasmKeyedState
from lightflus.kernel.partitioner import WasmPartitioner
from lightflus.kernel.process_state import WasmProcessState
from lightflus.kernel.windowed_state import WasmWindowedState

__all__ = ["WasmKernel", "WasmKeyedState", "WasmPartitioner", "WasmProcessState", "WasmWindowedState"]
