"""Inputs that hypothesis draws: splits of events with small times, so that every edge is hit."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from timed_jobs import Event

ROWS = st.sampled_from([1, 1, 2, 7, 1_000, 65_536])
"""Rows of a batch of a source."""


@st.composite
def splits_of_events(
    draw: st.DrawFn, *, most_splits: int = 4, most_events: int = 8, keys: str = "ab", latest: int = 25
) -> list[list[Event]]:
    """Some splits; each event has an id of its own."""
    times = st.lists(st.tuples(st.sampled_from(keys), st.integers(-3, latest)), max_size=most_events)
    drawn = draw(st.lists(times, min_size=1, max_size=most_splits))
    return [
        [Event(key, time, 100 * split + at) for at, (key, time) in enumerate(events)]
        for split, events in enumerate(drawn)
    ]


def settled(examples: int) -> settings:
    """How many cases a property is tried with."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
