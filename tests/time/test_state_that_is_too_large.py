"""State of a window, a process function or rules that is too large to be kept: its record's fault alone."""

from __future__ import annotations

from timed_jobs import Event, Job, Ran, cut, events, ids_of, run

from lightflus.limits import STATE_ROW_BYTES
from lightflus.model.graph import BadRecords
from lightflus.model.timed import FixedWindow
from lightflus.testing.context import Context
from lightflus.testing.graphs import UTF8
from lightflus.testing.guests import PythonAggregate
from lightflus.testing.memory import Value
from lightflus.testing.process import Handlers

HUGE = "h" * STATE_ROW_BYTES


def kinds(ran: Ran) -> list[str]:
    return [letter.kind for letter in ran.letters.kept]


def test_a_record_that_makes_the_state_of_a_process_function_too_large_is_put_aside_with_what_it_said() -> None:
    def on_record(state: str, row: dict[str, int], context: Context) -> Value:
        context.emit({"key": "a", "text": f"{row['id']} after {state}"})
        return HUGE if row["id"] == 1 else f"{state}{row['id']}"

    job = Job()
    job.sink("said", job.process(job.keyed(job.events()), Handlers(lambda: "", on_record), state=UTF8))
    ran = run(job, cut([events(1, 2, 3)], 3), poison=BadRecords.DEAD_LETTER)
    assert [row["text"] for row in ran.sinks["said"]] == ["0 after ", "2 after 0"]
    assert kinds(ran) == ["StateRowTooLarge"]


def test_a_timer_that_makes_the_state_of_its_key_too_large_costs_its_key_alone() -> None:
    def on_record(state: str, row: dict[str, int], context: Context) -> Value:
        context.set_timer(row["time"] + 5)
        return state

    def on_timer(state: str, time: int, context: Context) -> Value:
        context.emit({"key": "", "text": f"timer {time}"})
        return HUGE if time == 6 else state

    job = Job()
    job.sink("said", job.process(job.keyed(job.events()), Handlers(lambda: "", on_record, None, on_timer), state=UTF8))
    ran = run(job, cut([[Event("a", 1, 0), Event("b", 2, 1)]], 2), poison=BadRecords.DEAD_LETTER)
    assert [row["text"] for row in ran.sinks["said"]] == ["timer 7"]
    assert kinds(ran) == ["StateRowTooLarge"]


def test_a_record_that_makes_the_state_of_a_window_too_large_is_put_aside() -> None:
    job = Job()
    windows = job.window(job.keyed(job.events()), FixedWindow(10))
    job.sink("results", windows)
    many = [7] * (STATE_ROW_BYTES // 8)
    job.functions[0] = PythonAggregate(list, lambda ids, row: many if row["id"] == 1 else [*ids, row["id"]])
    ran = run(job, cut([events(1, 2, 3)], 3), poison=BadRecords.DEAD_LETTER)
    assert [ids_of(row) for row in ran.sinks["results"]] == [[0, 2]]
    assert kinds(ran) == ["StateRowTooLarge"]
