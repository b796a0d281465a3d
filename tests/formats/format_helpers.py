"""What tests of formats share."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa


def binary(messages: Sequence[bytes | None]) -> pa.BinaryArray:
    """Messages as a decoder is given them."""
    return pa.array(messages, pa.binary())
