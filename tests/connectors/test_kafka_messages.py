from __future__ import annotations

from collections.abc import Sequence

from confluent_kafka import Message

from lightflus.connectors.kafka.messages import Gathered, MessageOrigin, Run, runs_of


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
