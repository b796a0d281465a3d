"""docs/row-encoding.md, example by example."""

from __future__ import annotations

import pytest
from golden_tables import golden_rows, key_from, type_from

from lightflus.codec.row_encoding import decode_rows, encode_key
from lightflus.model.types import Field, ListType, Scalar, ScalarType, StructType


@pytest.mark.parametrize(("kind", "value", "encoded"), golden_rows("row-encoding.md"))
def test_a_key_is_encoded_as_the_document_says(kind: str, value: str, encoded: str) -> None:
    key = type_from(kind)
    columns = key_from(key, value).columns
    assert encode_key(key, [column[0] for column in columns]) == bytes.fromhex(encoded)


@pytest.mark.parametrize(("kind", "encoded"), [(kind, encoded) for kind, _, encoded in golden_rows("row-encoding.md")])
def test_an_encoded_key_reads_back_as_what_is_encoded_like_it(kind: str, encoded: str) -> None:
    key = type_from(kind)
    columns = decode_rows(key, [bytes.fromhex(encoded)]).columns
    assert encode_key(key, [column[0] for column in columns]) == bytes.fromhex(encoded)


def test_the_document_has_examples() -> None:
    assert len(golden_rows("row-encoding.md")) > 20


LISTS = StructType(
    (Field("n", ScalarType(Scalar.INT8, nullable=True)), Field("texts", ListType(ScalarType(Scalar.UTF8))))
)


def test_a_state_has_lists() -> None:
    encoded = bytes.fromhex("0105 02000000 0200000061ff 00000000".replace("ff", "62"))
    assert decode_rows(LISTS, [encoded]).to_pylist() == [{"n": 5, "texts": ["ab", ""]}]


@pytest.mark.parametrize(
    ("encoded", "told"),
    [
        ("", "too early"),
        ("02", "neither 0 nor 1"),
        ("0105020000000200000061", "too early"),
        ("000000000000", "1 bytes stand behind"),
        ("00ffffffff", "a list of 4,294,967,295 items"),
        ("0001000000ffffffff", "too early"),
        ("000100000001000000ff", "decode byte 0xff"),
    ],
)
def test_bytes_that_are_no_record_are_refused(encoded: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        decode_rows(LISTS, [bytes.fromhex(encoded)])
