"""Greetings, heads and control elements as bytes: they come back as they went, and what is none is refused by name."""

from __future__ import annotations

from dataclasses import replace
from struct import pack

import pytest

from lightflus import cluster_limits
from lightflus.model.elements import Barrier, Control, EndOfInput, Idle, SplitEnded, SplitFound, Stop, Watermark
from lightflus.model.plan import SubtaskId, TaskId
from lightflus.model.windows import NEVER
from lightflus.wire import frames
from lightflus.wire.frames import Head, Hello, Kind, Refused

READER = SubtaskId(TaskId(7), 3)
HELLO = Hello("default", "word count", 4, "secret", "worker-1")


@pytest.mark.parametrize(
    "element",
    [
        Watermark(NEVER),
        Watermark(1_700_000_000_000),
        Barrier(12),
        Idle(),
        EndOfInput(),
        Stop(),
        SplitFound(5 << 32 | 1),
        SplitFound(2, is_late=True),
        SplitEnded(9),
    ],
)
def test_a_control_element_comes_back_as_it_went(element: Control) -> None:
    sent = frames.control_head(element, READER, 130).to_bytes()
    came = frames.head(sent)
    assert (came.subtask, came.number, frames.control(came)) == (READER, 130, element)


def test_a_hello_comes_back_as_it_went() -> None:
    sent = frames.hello_bytes(HELLO)
    size = frames.greeting_bytes(sent[: frames.GREETING_BYTES])
    assert frames.hello(sent[frames.GREETING_BYTES :][:size]) == HELLO


@pytest.mark.parametrize("why", [None, "generation 3 is over"])
def test_an_answer_comes_back_as_it_went(why: str | None) -> None:
    assert frames.refusal(frames.answer_bytes(why)[frames.GREETING_BYTES :]) == why


@pytest.mark.parametrize(
    ("came", "why"),
    [
        (b"GET / HTTP/1", "no greeting of a runner"),
        (b"LFLSDATA\x02\x00\x00\x00", "speaks version 2 of the data plane, this one 1"),
        (b"LFLSDATA\x01\x00\xff\xff", "a greeting of 65,535 bytes"),
    ],
)
def test_a_greeting_of_somebody_else_is_refused(came: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        frames.greeting_bytes(came)


@pytest.mark.parametrize("came", [b"\xff", b"{", b"[" * 8_000, b"[]", b"1"])
def test_a_greeting_that_is_no_object_is_refused(came: bytes) -> None:
    with pytest.raises(Refused, match="a greeting that is no"):
        frames.hello(bytearray(came))


@pytest.mark.parametrize("came", [b"{}", b'{"namespace":"a","job":"b","generation":true,"token":"","sender":""}'])
def test_a_hello_without_its_fields_is_refused(came: bytes) -> None:
    with pytest.raises(Refused, match="a hello without `"):
        frames.hello(bytearray(came))


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (Head(Kind.BATCH, READER, 0, cluster_limits.FRAME_BYTES + 1), "a batch of 268,435,457 bytes"),
        (Head(Kind.BATCH, READER, 0, -1), "a batch of -1 bytes"),
        (Head(Kind.CREDIT, READER, 0, 1_000), "a credit of 1,000"),
        (Head(Kind.CREDIT, READER, 0, -4), "a credit of -4"),
    ],
)
def test_a_number_out_of_bounds_is_refused(head: Head, why: str) -> None:
    with pytest.raises(Refused, match=why):
        frames.head(head.to_bytes())


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(Refused, match=r"a frame of kind 77\.0"):
        frames.head(pack("<B", 77) + Head(Kind.IDLE, READER, 0).to_bytes()[1:])


def test_a_credit_is_no_element() -> None:
    with pytest.raises(Refused, match="CREDIT where an element belongs"):
        frames.control(replace(Head(Kind.CREDIT, READER, 0), value=1))
