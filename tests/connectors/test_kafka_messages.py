from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from confluent_kafka import Message

from lightflus.connectors.kafka.messages import Gathered, MessageOrigin, Run, row_runs, runs_of, times_of
from lightflus.ports.formats import Decoded
from lightflus.testing.graphs import INT64
from lightflus.testing.memory import batch_of


def messages(*places: tuple[int, int]) -> list[Message]:
    return [Message(topic="t", partition=partition, offset=offset, value=b"12345") for partition, offset in places]


def seen(runs: Sequence[Run]) -> list[tuple[int, list[int]]]:
    return [(run.partition, list(run.offsets)) for run in runs]


def test_no_messages_have_no_runs() -> None:
    assert runs_of([], 1) == []


def test_neighbours_of_one_partition_are_a_run() -> None:
    assert seen(runs_of(messages((0, 7), (0, 8), (2, 1), (0, 9)), 3)) == [(0, [7, 8]), (2, [1]), (0, [9])]


def test_a_run_without_gaps_keeps_only_its_ends() -> None:
    assert runs_of(messages((3, 7), (3, 8), (3, 9)), 1) == [Run(3, range(7, 10))]


def test_gaps_that_compaction_left_are_kept() -> None:
    assert seen(runs_of(messages((3, 7), (3, 9), (3, 20)), 1)) == [(3, [7, 9, 20])]


def test_the_position_after_a_run_is_behind_its_last_message() -> None:
    assert Run(0, [4, 9]).next_offset == 10


def test_a_run_is_cut_at_an_offset() -> None:
    assert list(Run(0, [4, 9, 12]).before(12).offsets) == [4, 9]
    assert list(Run(0, range(4, 9)).before(4).offsets) == []
    assert list(Run(0, range(4, 9)).before(9).offsets) == [4, 5, 6, 7, 8]


def test_an_origin_names_topic_partition_and_offset() -> None:
    origin = MessageOrigin("t", runs_of(messages((0, 7), (2, 1), (2, 5)), 3))
    assert [origin.position(row) for row in range(3)] == ["t[0]@7", "t[2]@1", "t[2]@5"]


def test_what_is_kept_of_messages_are_their_values_and_lists_by_property() -> None:
    gathered = Gathered(["key"])
    for offset in (7, 8):
        found = [Message(topic="t", partition=3, offset=offset, value=b"v", key=b"k")]
        gathered.add(found, runs_of(found, 1))
    assert (gathered.values().to_pylist(), gathered.lists) == ([b"v", b"v"], {"key": [b"k", b"k"]})
    assert seen(gathered.runs) == [(3, [7]), (3, [8])]
    assert (len(gathered), gathered.bytes) == (2, 2)


def test_bytes_are_those_of_the_values() -> None:
    gathered = Gathered()
    gathered.add([*messages((0, 1), (0, 2)), Message(topic="t", partition=0, offset=3)], [Run(0, range(1, 4))])
    assert (gathered.bytes, gathered.values().null_count) == (10, 1)


def test_nothing_gathered_is_no_value() -> None:
    assert len(Gathered().values()) == 0


TWO_PARTITIONS = ((0, 7), (0, 8), (2, 1), (0, 9))


def owners(*rows_of_messages: int) -> list[tuple[str, int]]:
    """Whose the rows of TWO_PARTITIONS are, where each message has become so many rows."""
    of_row = [at for at, rows in enumerate(rows_of_messages) for _ in range(rows)]
    is_one_each = set(rows_of_messages) == {1}
    rows = batch_of(INT64, list(range(len(of_row))))
    decoded = Decoded(rows, len(rows_of_messages), None if is_one_each else pa.array(of_row, pa.int32()))
    found = row_runs("t", runs_of(messages(*TWO_PARTITIONS), 3), decoded)
    return [(run.split, run.rows) for run in found]


def test_rows_belong_to_the_partitions_of_their_messages() -> None:
    assert [rows for _, rows in owners(1, 1, 1, 1)] == [2, 1, 1]
    first, second, third = (split for split, _ in owners(1, 1, 1, 1))
    assert first == third != second


def test_messages_that_became_no_row_or_several_count_as_such() -> None:
    assert [rows for _, rows in owners(0, 1, 0, 3)] == [1, 0, 3]
    assert [rows for _, rows in owners(2, 2, 5, 0)] == [4, 5, 0]
    assert [rows for _, rows in owners(0, 0, 0, 0)] == [0, 0, 0]


def test_the_times_of_rows_are_those_of_their_messages() -> None:
    gathered = Gathered(["timestamp"])
    for offset, time in ((7, 1_000), (8, -1), (9, 3_000)):
        found = [Message(topic="t", partition=3, offset=offset, value=b"v", timestamp=(1, time))]
        gathered.add(found, runs_of(found, 1))
    whole = Decoded(batch_of(INT64, [1, 2, 3]), 3)
    assert times_of(gathered, whole).to_pylist() == [1_000, None, 3_000]
    some = Decoded(batch_of(INT64, [1, 3]), 3, pa.array([0, 2], pa.int32()))
    assert times_of(gathered, some).to_pylist() == [1_000, 3_000]
