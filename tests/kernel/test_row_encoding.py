"""docs/row-encoding.md, example by example."""

from __future__ import annotations

import pytest
from golden_tables import golden_rows, key_from, type_from

from lightflus.testing.row_encoding import decode_keys, encode_key


@pytest.mark.parametrize(("kind", "value", "encoded"), golden_rows("row-encoding.md"))
def test_a_key_is_encoded_as_the_document_says(kind: str, value: str, encoded: str) -> None:
    key = type_from(kind)
    columns = key_from(key, value).columns
    assert encode_key(key, [column[0] for column in columns]) == bytes.fromhex(encoded)


@pytest.mark.parametrize(("kind", "encoded"), [(kind, encoded) for kind, _, encoded in golden_rows("row-encoding.md")])
def test_an_encoded_key_reads_back_as_what_is_encoded_like_it(kind: str, encoded: str) -> None:
    key = type_from(kind)
    columns = decode_keys(key, [bytes.fromhex(encoded)]).columns
    assert encode_key(key, [column[0] for column in columns]) == bytes.fromhex(encoded)


def test_the_document_has_examples() -> None:
    assert len(golden_rows("row-encoding.md")) > 20
