"""What every `ports.Guest` of the published word count must do: run over the Python double and over real modules.

What it owns: the contract as tests. Subclass `WordCountGuestContract` in a test file and give it a fixture `guest`.
"""

from __future__ import annotations

from array import array

import pyarrow as pa

from lightflus.codec.schema import schema_of
from lightflus.model.extract import FunctionNumber
from lightflus.ports.guests import Guest, GuestBatch
from lightflus.testing.graphs import UTF8, WORD
from lightflus.testing.memory import Value, batch_of, values_of

SPLIT, ADD, AS_TEXT = FunctionNumber(0), FunctionNumber(1), FunctionNumber(2)
LINES: list[Value] = ["to be or not", "", "é 😀  x"]
WORDS = [(0, "to"), (0, "be"), (0, "or"), (0, "not"), (1, ""), (2, "é"), (2, "😀"), (2, ""), (2, "x")]


def groups(*numbers: int) -> pa.Buffer:
    """Group numbers as a fold takes them."""
    return pa.py_buffer(array("I", numbers).tobytes())


def words(*pairs: tuple[float, str]) -> pa.RecordBatch:
    """Records of the word count."""
    return batch_of(WORD, [{"t0": count, "t1": word} for count, word in pairs])


def states(*pairs: tuple[float, str] | None) -> pa.StructArray:
    """State rows; None = no state yet."""
    rows = [None if pair is None else {"t0": pair[0], "t1": pair[1]} for pair in pairs]
    array_of_rows = pa.array(rows, pa.struct(list(schema_of(WORD))))
    assert isinstance(array_of_rows, pa.StructArray)
    return array_of_rows


class WordCountGuestContract:
    """Tests of one guest whose functions are those of `testing.graphs.word_count`."""

    def split(self, guest: Guest, lines: list[Value]) -> GuestBatch:
        """A chain as far as the flatMap."""
        guest.begin()
        return guest.flat_map(SPLIT, guest.load(batch_of(UTF8, lines)))

    def test_a_flat_map_yields_the_items_of_every_row_in_order(self, guest: Guest) -> None:
        """Values, in the order of rows."""
        batch = self.split(guest, LINES)
        assert batch.rows == len(WORDS)
        assert values_of(WORD, guest.take(batch, WORD)) == [{"t0": 1.0, "t1": word} for _, word in WORDS]

    def test_every_item_leads_back_to_its_row(self, guest: Guest) -> None:
        """Lineage."""
        batch = self.split(guest, LINES)
        assert [batch.loaded_row(row) for row in range(batch.rows)] == [row for row, _ in WORDS]

    def test_a_slice_is_loaded_as_what_it_shows(self, guest: Guest) -> None:
        """Offsets of the host's arrays do not show."""
        guest.begin()
        batch = guest.flat_map(SPLIT, guest.load(batch_of(UTF8, ["no", "a b", "c", "no"]).slice(1, 2)))
        assert [word["t1"] for word in guest.take(batch, WORD).to_pylist()] == ["a", "b", "c"]
        assert [batch.loaded_row(row) for row in range(3)] == [0, 0, 1]

    def test_a_fold_begins_with_the_first_row_of_a_group_and_goes_on_from_its_state(self, guest: Guest) -> None:
        """State in, state out; no output unless it is wanted."""
        guest.begin()
        rows = guest.load(words((1, "a"), (1, "b"), (2, "a"), (4, "a")))
        folded = guest.fold(ADD, rows, state=states(None, (10, "b")), groups=groups(0, 1, 0, 0), wants_output=False)
        assert values_of(WORD, folded.state) == [{"t0": 7.0, "t1": "a"}, {"t0": 11.0, "t1": "b"}]
        assert folded.output is None

    def test_a_fold_shows_the_state_after_every_row_if_wanted(self, guest: Guest) -> None:
        """One output row per row."""
        guest.begin()
        rows = guest.load(words((1, "a"), (1, "b"), (2, "a")))
        folded = guest.fold(ADD, rows, state=states(None, None), groups=groups(0, 1, 0), wants_output=True)
        assert folded.output is not None
        assert [row["t0"] for row in folded.output.to_pylist()] == [1, 1, 3]

    def test_a_field_function_yields_a_column(self, guest: Guest) -> None:
        """EXTRACT; integral numbers read as JavaScript writes them."""
        guest.begin()
        batch = guest.extract(AS_TEXT, guest.load(words((3, "a"), (12, "b"))))
        assert values_of(UTF8, batch) == ["3", "12"]

    def test_a_new_chain_begins_fresh(self, guest: Guest) -> None:
        """What the last chain left does not show."""
        one: list[Value] = ["x"]
        for lines in (LINES, one, LINES):
            assert self.split(guest, lines).rows == sum(str(line).count(" ") + 1 for line in lines)

    def test_it_is_alive_until_it_is_closed_or_fails(self, guest: Guest) -> None:
        """Closing twice is fine."""
        assert guest.is_alive
        guest.close()
        guest.close()
