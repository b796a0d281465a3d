"""Format `csv` with a header: which column belongs to which field.

What it owns: what is a header, and the words for what is none. Pure; any thread.
What it leaves: rows (`csv.py`), where a stream's header stands (`connectors/toolbox/lines.py`).
"""

from __future__ import annotations

from io import BytesIO

import pyarrow as pa
import pyarrow.csv as pv

from lightflus.errors import BindingInvalid
from lightflus.formats.csv import CsvDecoder
from lightflus.formats.csv_dialect import Dialect
from lightflus.formats.lines import UTF_16, not_text
from lightflus.model.types import Type, columns
from lightflus.ports.formats import Decoded

_WITHOUT = "without a header say format.header=false"
_LINE_ENDS = r"lines end in LF or CRLF; convert them first, for example: tr '\r' '\n' < in.csv > out.csv"


class HeadedCsvDecoder:
    """Decodes CSV whose first line names the columns (`ports.HeadedDecoder`)."""

    def __init__(self, record: Type, dialect: Dialect) -> None:
        """Raises BindingInvalid as `CsvDecoder` does."""
        self._record = record
        self._dialect = dialect
        self._plain = CsvDecoder(record, dialect)

    def headed(self, header: bytes) -> CsvDecoder:
        """The decoder of what stands behind a header. Raises BindingInvalid for one that lacks a field."""
        names = self._names(header.removesuffix(b"\n").removesuffix(b"\r"))
        fields = columns(self._record)
        missing = [field.name for field in fields if not field.type.nullable and field.name not in names]
        twice = [field.name for field in fields if names.count(field.name) > 1]
        if missing or twice:
            problem = f"has no column `{missing[0]}`" if missing else f"names column `{twice[0]}` twice"
            raise BindingInvalid(f"the header {problem}", hint=f"it names {', '.join(names)}; {_WITHOUT}")
        single = [name if names.count(name) == 1 else f"({number})" for number, name in enumerate(names, 1)]
        return CsvDecoder(self._record, self._dialect, single)

    def decode_lines(self, block: bytes) -> Decoded:
        """Lines of a stream without a header: columns in the order of the type's fields."""
        return self._plain.decode_lines(block)

    def _names(self, header: bytes) -> list[str]:
        for bad in not_text(pa.array([header], pa.binary())):
            raise BindingInvalid(f"in the header {bad.reason}", hint=bad.hint)
        if b"\0" in header:
            raise BindingInvalid("the header holds zero bytes: this is not UTF-8 (UTF-16?)", hint=UTF_16)
        if b"\r" in header:
            raise BindingInvalid("a carriage return (CR) stands in the header line", hint=_LINE_ENDS)
        if header.count(self._dialect.quote.encode()) % 2:
            raise BindingInvalid("the header opens a quote that it does not close", hint=_WITHOUT)
        try:
            return pv.read_csv(
                BytesIO(header + b"\n"),
                parse_options=pv.ParseOptions(delimiter=self._dialect.delimiter, quote_char=self._dialect.quote),
            ).column_names
        except pa.ArrowException as error:
            raise BindingInvalid(f"the header is no CSV: {error}", hint=_WITHOUT) from error
