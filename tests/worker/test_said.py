"""What jobs say on its way up: bounded per job and message, counted where it is dropped, grouped where it repeats."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lightflus.cluster_limits import EVENT_BYTES, HEARTBEAT_EVENT_BYTES, HEARTBEAT_EVENTS, JOB_EVENTS, PART_ERRORS
from lightflus.errors import PeerRefused
from lightflus.ports.letters import DeadLetter
from lightflus.proto.lightflus.v1 import cluster_pb2 as pb
from lightflus.worker.outbox import Outbox
from lightflus.worker.reports import read_reports
from lightflus.worker.saying import ToldLetters, Voice

WISH = pb.FragmentWish(namespace="ns", job="job", generation=3)


class Kept:
    """Letters that are kept in memory."""

    def __init__(self) -> None:
        self.letters: list[DeadLetter] = []

    def put(self, letters: Sequence[DeadLetter]) -> None:
        self.letters += letters

    def close(self) -> None:
        pass


def line(text: str, job: str = "job") -> pb.Event:
    return pb.Event(namespace="ns", job=job, generation=1, kind="log", text=text)


def test_the_last_lines_of_a_job_stay_and_the_number_of_the_others_is_exact() -> None:
    outbox = Outbox()
    outbox.put(line(str(number)) for number in range(JOB_EVENTS + 5))
    first, *rest = outbox.take()
    assert (first.text, first.dropped) == ("5", 5)
    assert (rest[-1].text, sum(one.dropped for one in rest)) == (str(JOB_EVENTS + 4), 0)
    assert not outbox


def test_what_was_dropped_in_the_runner_is_counted_on_in_the_agent() -> None:
    outbox = Outbox()
    for _ in range(2):
        first = line("first")
        first.dropped = 7
        outbox.put([first, *(line("x") for _ in range(JOB_EVENTS - 1))])
    told = outbox.take()
    assert sum(one.dropped for one in told) + len(told) == 2 * (JOB_EVENTS + 7)


def test_jobs_take_turns_so_that_a_noisy_one_costs_no_other_its_lines() -> None:
    outbox = Outbox()
    outbox.put(line("noise", "noisy") for _ in range(JOB_EVENTS))
    outbox.put([line("quiet", "quiet")])
    assert [one.text for one in outbox.take()[:2]] == ["noise", "quiet"]


def test_one_message_takes_so_many_and_so_much_and_the_rest_waits() -> None:
    outbox = Outbox()
    outbox.put(line("x", f"job-{number}") for number in range(HEARTBEAT_EVENTS + 1))
    assert (len(outbox.take()), len(outbox.take())) == (HEARTBEAT_EVENTS, 1)
    outbox.put(line("x" * 20_000, f"job-{number}") for number in range(100))
    taken = sum(one.ByteSize() for one in outbox.take())
    assert HEARTBEAT_EVENT_BYTES <= taken < HEARTBEAT_EVENT_BYTES + EVENT_BYTES


def test_a_line_of_a_guest_names_its_job_generation_and_level() -> None:
    outbox = Outbox()
    Voice(WISH, outbox).log(2, "watch out")
    (event,) = outbox.take()
    assert (event.namespace, event.job, event.generation) == ("ns", "job", 3)
    assert (event.kind, event.text) == ("log", "[warn] watch out")


def test_records_that_are_put_aside_are_kept_first_and_told_by_operator_kind_and_place() -> None:
    outbox, kept = Outbox(), Kept()
    voice = Voice(WISH, outbox)
    letters = ToldLetters(kept, voice)
    bad = DeadLetter("parse", "GuestTrapped", "unreachable", position="topic[0]@7", where="job.ts:3:9")
    letters.put([bad, bad, DeadLetter("topic", "RecordInvalid", "no number")])
    voice.flush()
    first, second = outbox.take()
    assert (len(kept.letters), first.kind, first.text) == (3, "error", "2 records put aside")
    assert (first.failure.kind, first.failure.where) == ("GuestTrapped", "job.ts:3:9")
    assert first.failure.message == "2 records put aside; parse: unreachable"
    assert (second.failure.kind, second.text) == ("RecordInvalid", "1 record put aside")


def test_what_was_told_is_not_told_again() -> None:
    outbox = Outbox()
    voice = Voice(WISH, outbox)
    voice.put_aside([DeadLetter("parse", "GuestTrapped", "unreachable")])
    for _ in range(2):
        voice.flush()
    assert len(outbox.take()) == 1


def test_errors_of_many_kinds_are_told_by_their_number() -> None:
    outbox = Outbox()
    voice = Voice(WISH, outbox)
    voice.put_aside([DeadLetter(f"operator-{number}", "GuestTrapped", "no") for number in range(PART_ERRORS + 5)])
    voice.flush()
    told = outbox.take()
    assert len(told) == PART_ERRORS + 1
    assert told[-1].text == "5 records put aside, of kinds beyond the first ones"


def test_a_runner_speaks_for_its_own_namespace_in_few_words() -> None:
    forged = pb.HeartbeatRequest(events=[line("x")])
    endless = pb.HeartbeatRequest(events=[line("x" * (EVENT_BYTES + 1))])
    with pytest.raises(PeerRefused, match="another namespace"):
        read_reports(forged.SerializeToString(), "other")
    with pytest.raises(PeerRefused, match="an event of more than"):
        read_reports(endless.SerializeToString(), "ns")
    assert len(read_reports(forged.SerializeToString(), "ns").events) == 1
