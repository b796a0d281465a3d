"""What a Kafka sink sends: keys and values, and where a job says so, times and headers, as lists of one length.

What it owns: that value, and its parts in the form that librdkafka takes. Pure; any thread.
What it leaves: making it of a sink's fields (`toolbox/key_value.py`), sending (`sending.py`), keeping (`staged.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

Headers = Sequence[tuple[str, bytes | None]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Records:
    """Messages to be sent; `keys`, `times` (ms) and `headers` are None where no message has any."""

    values: Sequence[bytes | None]
    keys: Sequence[bytes | None] | None = None
    times: Sequence[int | None] | None = None
    headers: Sequence[Headers | None] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_plain(self) -> bool:
        """Whether they have nothing but keys and values, which librdkafka takes as a batch."""
        return self.times is None and self.headers is None

    def pieces(self, most: int) -> Iterator[Records]:
        """The same messages in pieces of at most `most`."""
        if len(self) <= most:
            yield self
            return
        for first in range(0, len(self), most):
            end = first + most
            yield Records(
                self.values[first:end],
                _part(self.keys, first, end),
                _part(self.times, first, end),
                _part(self.headers, first, end),
            )


def _part(values: Sequence[T] | None, first: int, end: int) -> Sequence[T] | None:
    return None if values is None else values[first:end]


Encode = Callable[[pa.RecordBatch], Records]
"""Makes messages of a sink's fields."""
