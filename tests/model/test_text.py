"""The one door for text of strangers."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightflus.limits import SHOWN_CHARACTERS, TOLD_CHARACTERS
from lightflus.model.text import counted, line, lines, told

DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def is_harmful(character: str) -> bool:
    """By Unicode's own properties, not by our list."""
    return (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in DIRECTIONS
        or character in "\u061c\u200e\u200f"
    )


HARMFUL = [chr(code) for code in range(0x3000) if is_harmful(chr(code))] + ["\r\n", "\ud800", "\udfff"]
TEXTS = st.lists(st.one_of(st.sampled_from(HARMFUL), st.characters(codec=None))).map("".join)


def test_every_character_is_harmless_or_replaced() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        assert (line(character) == character) is (not is_harmful(character) or character == "\t"), hex(code)


@given(TEXTS, st.sampled_from([1, 10, SHOWN_CHARACTERS]))
def test_a_line_of_any_text_is_one_line_cut_and_can_be_encoded(text: str, most: int) -> None:
    shown = line(text, most)
    assert not any(is_harmful(character) for character in shown if character != "\t")
    assert len(shown.splitlines()) <= 1
    assert len(shown) <= most + len("...")
    shown.encode()
    assert line(shown, most + 3) == shown


def test_lines_keep_line_ends_and_indent_what_follows() -> None:
    assert lines("a\r\nb\nc\rd", indent="  ") == "a\n  b\n  c\N{REPLACEMENT CHARACTER}d"


@pytest.mark.parametrize("text", ["", "ümlaut 漢字 😀 עברית", "a\tb", "👨\u200d👩"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert line(text) == lines(text) == told(text) == text


@given(TEXTS)
def test_json_of_any_text_is_harmless(text: str) -> None:
    encoded = json.dumps(told({text: [text, {"a": (text, 1, None, 1.5, True)}]}), ensure_ascii=False)
    assert not any(is_harmful(character) for character in encoded if character != "\x7f")
    encoded.encode()


def test_a_name_of_megabytes_is_cut_wherever_it_stands() -> None:
    assert len(json.dumps(told(["x" * 15_000_000] * 20))) < 21 * TOLD_CHARACTERS


@pytest.mark.parametrize(("count", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1_000, "1,000 rows")])
def test_one_thing_is_no_plural(count: int, words: str) -> None:
    assert counted(count, "row") == words
