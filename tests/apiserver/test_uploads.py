"""Uploaded bytes are inspected by a child of the jail; this process gets a description, or an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lightflus.apiserver.inspecting import described, description_of
from lightflus.errors import ModuleInvalid
from lightflus.testing.graphs import word_count


@pytest.mark.parametrize("wasm", [b"", b"\0asm", b"\0asm\1\0\0\0", b"\x7fELF" + bytes(100)])
def test_bytes_that_are_no_module_are_refused(wasm: bytes) -> None:
    with pytest.raises(ModuleInvalid):
        description_of(wasm)


def test_a_description_names_what_the_module_reads_writes_and_wishes() -> None:
    found = json.loads(json.dumps(described(word_count())))
    assert [end["name"] for end in (*found["sources"], *found["sinks"])] == ["topic", "redis"]
    assert found["job"] == "wordCount"
    assert {wish["right"] for wish in found["wishes"]} == {"net"}


def test_a_module_is_described_by_a_child(numbers_job: Path) -> None:
    found = json.loads(description_of(numbers_job.read_bytes()))
    assert (found["job"], [sink["name"] for sink in found["sinks"]]) == ("numbers", ["redis"])
    assert found["sinks"][0]["options"]["password"] == "***"
