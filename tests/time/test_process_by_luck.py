"""Process functions do not depend on luck: in order with any splits, as records come with one split (time.md)."""

from __future__ import annotations

from collections import Counter

from contract import Seen, by_key, in_order, rules_in_order, seen
from drawn import ROWS, settled, splits_of_events
from hypothesis import given
from hypothesis import strategies as st
from moods import moods, said, say, sinks, told
from timed_jobs import IDS, Event, Job, cut, run

from lightflus.testing.context import Context
from lightflus.testing.memory import Value
from lightflus.testing.process import Handlers

PARALLELISM = st.sampled_from([1, 2, 3])
TTL = st.sampled_from([0, 0, 1, 4, 9])
LATENESS = st.sampled_from([0, 0, 3])
OUT_OF_ORDER = st.sampled_from([0, 0, 2])


@given(splits=splits_of_events(most_splits=1, most_events=16), ttl=TTL, out=OUT_OF_ORDER, rows=ROWS, many=PARALLELISM)
@settled(60)
def test_as_records_come_one_split_says_the_same_however_it_is_cut(
    *, splits: list[list[Event]], ttl: int, out: int, rows: int, many: int
) -> None:
    handlers = moods(in_order=False, ttl=ttl)
    job = Job()
    sinks(job, job.process(job.keyed(job.events(out_of_order=out)), handlers), has_late=False)
    ran = run(job, cut(splits, rows), parallelism=many)
    stories = {key: [(0, one) for one in mine] for key, mine in by_key(seen(splits, out)).items()}
    assert said(ran) == told(handlers, stories)


@given(
    splits=splits_of_events(),
    ttl=TTL,
    lateness=LATENESS,
    out=OUT_OF_ORDER,
    rows=ROWS,
    many=PARALLELISM,
    seed=st.integers(0, 1_000),
)
@settled(100)
def test_in_order_any_number_of_splits_says_the_same(
    *, splits: list[list[Event]], ttl: int, lateness: int, out: int, rows: int, many: int, seed: int
) -> None:
    handlers = moods(in_order=True, ttl=ttl)
    job = Job()
    keyed = job.keyed(job.events(out_of_order=out))
    sinks(job, job.process(keyed, handlers, allowed_lateness=lateness), has_late=True)
    ran = run(job, cut(splits, rows), parallelism=many, seed=seed)
    ordered, late = in_order(seen(splits, out), lateness)
    assert said(ran) == told(handlers, {key: [(0, one) for one in mine] for key, mine in by_key(ordered).items()})
    assert Counter(row["id"] for row in ran.sinks["late"]) == Counter(one.event.id for one in late)
    assert ran.counter("process", "late") == len(late)


@given(
    first=splits_of_events(most_splits=2),
    second=splits_of_events(most_splits=2),
    ttl=TTL,
    rows=ROWS,
    many=PARALLELISM,
    seed=st.integers(0, 1_000),
)
@settled(60)
def test_connected_in_order_records_come_by_time_then_input_then_split_then_position(
    *, first: list[list[Event]], second: list[list[Event]], ttl: int, rows: int, many: int, seed: int
) -> None:
    handlers = moods(in_order=True, ttl=ttl)
    job = Job()
    left, right = job.keyed(job.events()), job.keyed(job.events())
    sinks(job, job.process(left, handlers, other=right), has_late=False)
    ran = run(job, cut(first, rows), cut(second, rows), parallelism=many, seed=seed)
    both = [(side, one) for side, splits in enumerate((first, second)) for one in in_order(seen(splits))[0]]
    both.sort(key=lambda pair: (pair[1].time, pair[0]))
    stories: dict[str, list[tuple[int, Seen]]] = {}
    for side, one in both:
        stories.setdefault(one.event.key, []).append((side, one))
    assert said(ran) == told(handlers, stories)


@given(
    records=splits_of_events(most_splits=2),
    rules=splits_of_events(most_splits=2),
    lateness=LATENESS,
    rows=ROWS,
    many=PARALLELISM,
    seed=st.integers(0, 1_000),
)
@settled(80)
def test_in_order_every_record_sees_the_rules_of_its_time(
    *, records: list[list[Event]], rules: list[list[Event]], lateness: int, rows: int, many: int, seed: int
) -> None:
    def on_record(state: int, row: dict[str, int], seen_rules: list[int], context: Context) -> Value:
        say(context, f"record {row['id']} sees {seen_rules}")
        context.set_timer(row["time"] + 2)
        return state + 1

    def on_timer(state: int, time: int, seen_rules: list[int], context: Context) -> Value:
        say(context, f"timer {time} after {state} sees {seen_rules}")
        return state

    handlers = Handlers(lambda: 0, on_record, None, on_timer, rules=list, in_order=True)
    job = Job()
    keyed, other = job.keyed(job.events()), job.broadcast(job.events())
    process = job.process(
        keyed,
        handlers,
        other=other,
        rules=IDS,
        on_rule=lambda ids, row: [*ids, row["id"]],
        allowed_lateness=lateness,
    )
    sinks(job, process, has_late=False)
    ran = run(job, cut(records, rows), cut(rules, rows), parallelism=many, seed=seed)
    ordered = by_key(in_order(seen(records), lateness)[0])
    stories = {key: [(0, one) for one in mine] for key, mine in ordered.items()}
    assert said(ran) == told(handlers, stories, rules_in_order(seen(rules), lateness))
