"""What is made from proto/connectors is current, and what it says of options is true."""

from __future__ import annotations

import subprocess
import sys

import pytest
from confluent_kafka import Consumer, KafkaException
from repository import ROOT

from lightflus.model.options import Names
from lightflus.model.schemas import KAFKA, SCHEMAS

PROPERTIES = next(option.properties for option in KAFKA.source if option.properties)
ALL = [(kind, option) for kind, schema in SCHEMAS.items() for option in (*schema.source, *schema.sink)]


def test_what_is_made_from_the_schemas_is_current() -> None:
    command = [sys.executable, "-m", "tools.connectors", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_option_of_one_name_is_a_secret_everywhere_or_nowhere() -> None:
    secret = {option.name for _, option in ALL if option.names is Names.SECRET}
    assert not sorted(
        f"{kind} {option.name}" for kind, option in ALL if option.name in secret and not option.names.value
    )


def test_a_default_is_within_its_bounds_and_among_its_words() -> None:
    numbers = [option for _, option in ALL if option.most]
    assert not [
        option.name for option in numbers if option.default and not option.least <= int(option.default) <= option.most
    ]
    assert not [o.name for _, o in ALL if o.default and o.choices and o.default not in o.choices]


def complaint(name: str) -> str:
    """What librdkafka says of a value that it does not take, if anything."""
    try:
        Consumer({"group.id": "g", name: "\x01"}).close()
    except (KafkaException, ValueError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", PROPERTIES)
def test_librdkafka_has_every_property_that_is_listed(name: str) -> None:
    assert "No such configuration property" not in complaint(name)


def test_librdkafka_says_which_it_has_not() -> None:
    assert "No such configuration property" in complaint("no.such.property")
