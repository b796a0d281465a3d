"""A process function that does something else with each record, and what is heard of it.

What it owns: the function, and its outputs as a bag of texts. What it leaves: what it should say (`reference.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from contract import Seen
from reference import Story
from timed_jobs import Job, Ran

from lightflus.model.graph import OperatorId
from lightflus.testing.context import Context
from lightflus.testing.memory import Value
from lightflus.testing.process import Handlers


def say(context: Context, text: str, port: str = "") -> None:
    """Emits a text, with the key before it."""
    row = {"key": context.key, "text": f"{context.key} {text}"}
    if port:
        context.emit_to(port, row)
    else:
        context.emit(row)


def moods(*, in_order: bool, ttl: int) -> Handlers:
    """A function that does something else with each record: by its id it sets, deletes, forgets, says aside."""

    def on_record(state: int, row: dict[str, int], context: Context) -> Value:
        number, time = row["id"], row["time"]
        say(context, f"record {number} after {state}")
        match number % 6:
            case 0:
                context.set_timer(time + 3)
            case 1:
                context.set_timer(time + 5)
                context.set_timer(time + 1)
            case 2:
                context.delete_timer(time + 2)
                context.set_timer(time - 1)
            case 3:
                return None
            case 4:
                say(context, f"aside {number}", "side")
            case _:
                context.set_timer(time)
        return state + 1

    def on_timer(state: int, time: int, context: Context) -> Value:
        say(context, f"timer {time} after {state}")
        if state % 4 == 1:
            context.set_timer(time + 2)
        if state % 4 == 2:
            context.set_timer(time - 2)
        return None if state % 5 == 4 else state + 1

    return Handlers(lambda: 0, on_record, on_record, on_timer, in_order=in_order, ttl=ttl)


def said(ran: Ran) -> Counter[tuple[str, Value]]:
    """What a run has said, by port."""
    both = [("", row["text"]) for row in ran.sinks["main"]] + [("side", row["text"]) for row in ran.sinks["side"]]
    return Counter(both)


def told(
    handlers: Handlers, records: dict[str, list[tuple[int, Seen]]], rules: Sequence[Seen] = ()
) -> Counter[tuple[str, Value]]:
    """What the contract says of the records of each key, with the input of each."""
    stories = [Story(handlers, key, rules).told(mine) for key, mine in records.items()]
    return Counter(one for story in stories for one in story)


def sinks(job: Job, process: OperatorId, *, has_late: bool) -> None:
    """Writes all that a process function says."""
    job.sink("main", process)
    job.sink("side", process, "side")
    if has_late:
        job.sink("late", process, "late")
