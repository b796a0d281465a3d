"""How operators are called when the user did not say."""

from __future__ import annotations

from lightflus.model.names import operator_names
from lightflus.testing.graphs import UTF8, GraphBuilder, word_count


def names(builder: GraphBuilder) -> list[str]:
    return list(operator_names(builder.build()).values())


def test_the_published_job_is_bound_as_topic_and_redis() -> None:
    assert list(operator_names(word_count()).values()) == ["topic", "flat_map-1", "key_by-1", "reduce-1", "redis"]


def test_a_connector_without_address_is_called_by_its_kind() -> None:
    builder = GraphBuilder()
    builder.source(UTF8, kind="generate", options={})
    assert names(builder) == ["generate"]


def test_repeats_get_a_number() -> None:
    builder = GraphBuilder()
    for _ in range(3):
        builder.source(UTF8, options={"topic": "words"})
    assert names(builder) == ["words", "words-2", "words-3"]


def test_a_name_of_the_users_is_never_taken_by_a_derived_one() -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8, options={"topic": "map-1"})
    first = builder.map(source, UTF8)
    builder.map(first, UTF8, name="map-1")
    assert names(builder) == ["map-1-2", "map-1-3", "map-1"]


def test_ordinals_count_named_operators_too_so_that_naming_one_leaves_the_others() -> None:
    builder = GraphBuilder()
    source = builder.source(UTF8)
    named = builder.map(source, UTF8, name="clean")
    builder.map(named, UTF8)
    assert names(builder) == ["topic", "clean", "map-2"]
