"""A run whose source leaves out what nobody reads is the run that it was, bad records and all."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import trio

from lightflus.compose.loading import bound_graph
from lightflus.compose.running import composed
from lightflus.connectors.contract.kinds import Streams
from lightflus.connectors.files.dead_letters import FileDeadLetters
from lightflus.connectors.files.letter_lines import LetterForm
from lightflus.errors import LightflusError
from lightflus.model.graph import JobGraph, SinkField
from lightflus.model.plan import plan_job
from lightflus.ports.reach import UNBOUNDED
from lightflus.testing.compute import InlineSlots
from lightflus.testing.graphs import FLOAT64, INT64, UTF8, GraphBuilder, field, struct
from lightflus.testing.guests import PythonGuests
from lightflus.testing.memory import Value

BID = struct(auction=INT64, price=FLOAT64, url=UTF8)
BIDS = [{"auction": number, "price": number / 2, "url": f"https://example.com/{number}"} for number in range(100)]


def is_dear(bid: Value) -> bool:
    """Sees the record as it is passed."""
    assert isinstance(bid, dict)
    seen.append(set(bid))
    return float(str(bid["price"])) >= 45


seen: list[set[str]] = []


def query(folder: Path, reads: tuple[str, ...] | None) -> JobGraph:
    builder = GraphBuilder()
    bids = builder.filter(builder.source(BID, kind="file", options={"path": str(folder / "bids.jsonl")}), name="dear")
    fields = (SinkField("auction", field("auction"), INT64),)
    builder.sink(bids, fields, name="out")
    graph = builder.build()
    (function,) = graph.functions
    lean = replace(graph, functions=(replace(function, reads=reads),))
    return bound_graph(lean, [f"out=file:{folder / 'out.jsonl'}"])


def run(folder: Path, reads: tuple[str, ...] | None, lines: list[str]) -> list[int]:
    """The auctions that come out."""
    (folder / "bids.jsonl").write_text("".join(line + "\n" for line in lines))
    graph = query(folder, reads)
    letters = FileDeadLetters(str(folder / "letters"), LetterForm("job", "digest"))
    guests = PythonGuests(graph, (is_dear,))
    streams, slots = Streams(0, BytesIO()), InlineSlots()
    job = composed(plan_job(graph), guests, slots=slots, streams=streams, letters=letters, reaches=lambda _: UNBOUNDED)
    seen.clear()
    trio.run(job.run)
    return [json.loads(line)["auction"] for line in (folder / "out.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("reads", [None, ("price",), ("price", "auction"), ("url", "price")])
def test_the_same_comes_out_whatever_is_left_out(tmp_path: Path, reads: tuple[str, ...] | None) -> None:
    assert run(tmp_path, reads, [json.dumps(bid) for bid in BIDS]) == list(range(90, 100))


def test_what_nobody_reads_does_not_flow(tmp_path: Path) -> None:
    run(tmp_path, ("price",), [json.dumps(bid) for bid in BIDS])
    assert {frozenset(names) for names in seen} == {frozenset({"auction", "price"})}


@pytest.mark.parametrize("reads", [None, ("price",)])
def test_a_record_whose_unread_field_is_wrong_is_bad_all_the_same(
    tmp_path: Path, reads: tuple[str, ...] | None
) -> None:
    lines = [json.dumps(bid) for bid in (*BIDS[:3], {**BIDS[3], "url": 7})]
    with pytest.raises(LightflusError, match="field `url` should be utf8, but is the number 7") as told:
        run(tmp_path, reads, lines)
    assert str(told.value.where).endswith("bids.jsonl:4:1")
