"""Metrics as Prometheus reads them: made when somebody asks, served on a port that others can reach."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lightflus.errors import ExternalError, UserError
from lightflus.telemetry.exposition import Exposition, Sample
from lightflus.telemetry.metrics import JOB_RESTARTS, JOBS


def scraped(text: bytes) -> dict[tuple[str, tuple[str, ...]], float]:
    """What a scrape reads: value by name and labels."""
    families = text_string_to_metric_families(text.decode())
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def samples() -> Iterator[Sample]:
    yield Sample(JOBS, ("running",), 2)
    yield Sample(JOBS, ("failed",), 1)
    yield Sample(JOB_RESTARTS, ("default", 'a "name"\nof two lines'), 7)


def test_samples_are_told_by_their_own_names_with_their_labels() -> None:
    found = scraped(Exposition(samples).text())
    assert found["lightflus_jobs", ("running",)] == 2
    assert found["lightflus_job_restarts_total", ('a "name"\nof two lines', "default")] == 7


def test_two_parts_that_say_the_same_series_make_one() -> None:
    found = Exposition(lambda: [Sample(JOBS, ("running",), 1), Sample(JOBS, ("running",), 5)]).text()
    assert found.count(b"lightflus_jobs{") == 1


def test_a_port_answers_scrapes_while_the_block_runs() -> None:
    with (
        Exposition(samples).served("127.0.0.1:0") as port,
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer,
    ):
        assert scraped(answer.read())["lightflus_jobs", ("failed",)] == 1
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20)


def test_an_address_that_is_none_or_is_taken_is_told() -> None:
    with pytest.raises(UserError, match="is no address"):
        Exposition().served("9249").__enter__()
    with Exposition().served("127.0.0.1:0") as port, pytest.raises(ExternalError, match="cannot listen"):
        Exposition().served(f"127.0.0.1:{port}").__enter__()
