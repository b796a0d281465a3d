"""What of a column is a time: whole milliseconds within bounds, of any type of number."""

from __future__ import annotations

import pyarrow as pa
import pytest

from lightflus.limits import TIME_MS
from lightflus.runtime.fields import AnyArray
from lightflus.runtime.times import as_times

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("column", "times"),
    [
        (pa.array([1.0, -0.0, 0.5, NAN, INF, -INF, None], pa.float64()), [1, 0, None, None, None, None, None]),
        (pa.array([float(TIME_MS), TIME_MS + 1024.0, 1e300], pa.float64()), [TIME_MS, None, None]),
        (pa.array([2.0, 0.5, 3e38], pa.float32()), [2, None, None]),
        (
            pa.array([TIME_MS, TIME_MS + 1, -TIME_MS, -TIME_MS - 1, 2**63 - 1], pa.int64()),
            [TIME_MS, None, -TIME_MS, None, None],
        ),
        (pa.array([-(2**63)], pa.int64()), [None]),
        (pa.array([5, 2**64 - 1], pa.uint64()), [5, None]),
        (pa.array([-7, None], pa.int32()), [-7, None]),
        (pa.array([7], pa.uint32()), [7]),
        (pa.array([1_000, TIME_MS + 1], pa.timestamp("ms")), [1_000, None]),
    ],
    ids=lambda one: str(one.type) if isinstance(one, pa.Array) else "",
)
def test_a_value_that_is_no_time_is_null(column: AnyArray, times: list[int | None]) -> None:
    assert as_times(column).to_pylist() == times
