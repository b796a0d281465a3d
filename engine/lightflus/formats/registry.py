"""Formats by name: decoders and encoders of lines and of messages.

What it owns: which formats there are, which of them lines and messages can have, and the one that a type has when
nobody names one. Options are those of `format.*`, without that prefix. Pure. The file of a format, and with it the
library that it reads with, is imported when a job first names the format.
"""
# ruff: noqa: PLC0415 (that is what the last sentence says)

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from lightflus.errors import BindingInvalid
from lightflus.formats.options import FormatOptions
from lightflus.formats.raw import RawDecoder, RawEncoder
from lightflus.formats.tombstones import Tombstones
from lightflus.model.types import VALUE_COLUMN, Field, Scalar, ScalarType, Type
from lightflus.ports.formats import Encoder, LineDecoder, MessageDecoder, MessageEncoder
from lightflus.ports.reach import UNBOUNDED, Reach

if TYPE_CHECKING:
    from lightflus.formats.csv_encoder import CsvEncoder
    from lightflus.formats.debezium import DebeziumDecoder
    from lightflus.formats.json_digits import DigitsEncoder
    from lightflus.formats.json_lines import JsonEncoder

S = TypeVar("S")
T = TypeVar("T")

NO_OPTIONS: Mapping[str, str] = {}


def line_decoder(
    name: str,
    record: Type,
    options: Mapping[str, str] = NO_OPTIONS,
    reach: Reach = UNBOUNDED,
    unread: Collection[str] = (),
) -> LineDecoder:
    """The decoder of lines; an empty name is the type's own format: raw for text and bytes, else json.

    Its rows lack the fields that are unread, which only json can leave out.

    Raises:
        BindingInvalid: there is no such format, it cannot yield that type, or an option of it is wrong.
        NotAllowed: it names a file or host that `reach` does not.
    """
    chosen = FormatOptions(name or _of_type(record), options, reach, unread)
    return _made("lines that are read", _LINE_DECODERS, chosen, record)


def message_decoder(
    name: str,
    record: Type,
    options: Mapping[str, str] = NO_OPTIONS,
    reach: Reach = UNBOUNDED,
    unread: Collection[str] = (),
) -> MessageDecoder:
    """The decoder of messages; otherwise as `line_decoder`. A message without a value is null, or a bad record."""
    chosen = FormatOptions(name or _of_type(record), options, reach, unread)
    return _made("messages that are read", _MESSAGE_DECODERS, chosen, record)


def line_encoder(name: str, fields: Sequence[Field], options: Mapping[str, str] = NO_OPTIONS) -> Encoder:
    """The encoder of lines; an empty name is json. Raises BindingInvalid as `line_decoder` does."""
    return _made("lines that are written", _LINE_ENCODERS, FormatOptions(name or "json", options), fields)


def message_encoder(name: str, fields: Sequence[Field], options: Mapping[str, str] = NO_OPTIONS) -> MessageEncoder:
    """The encoder of messages; an empty name is raw for text and bytes, else json. Raises as `line_decoder` does.

    A single field named `value` is the message itself; any others are the fields of one object.
    """
    is_alone = len(fields) == 1 and fields[0].name == VALUE_COLUMN
    chosen = name or (_of_type(fields[0].type) if is_alone else "json")
    return _made("messages that are written", _MESSAGE_ENCODERS, FormatOptions(chosen, options), fields)


def _of_type(record: Type) -> str:
    is_raw = isinstance(record, ScalarType) and record.scalar in (Scalar.UTF8, Scalar.BINARY)
    return "raw" if is_raw else "json"


def _raw_lines(record: Type, options: FormatOptions) -> LineDecoder:
    return RawDecoder(record)


def _json_lines(record: Type, options: FormatOptions) -> LineDecoder:
    from lightflus.formats.json_digits import json_decoder

    return json_decoder(record, options)


def _raw_messages(record: Type, options: FormatOptions) -> MessageDecoder:
    return Tombstones(record, RawDecoder)


def _json_messages(record: Type, options: FormatOptions) -> MessageDecoder:
    from lightflus.formats.json_digits import json_decoder

    return Tombstones(record, lambda kind: json_decoder(kind, options), has_null_text=True)


def _avro_messages(record: Type, options: FormatOptions) -> MessageDecoder:
    from lightflus.formats.avro import avro_decoder

    return Tombstones(record, lambda kind: avro_decoder(kind, options))


def _protobuf_messages(record: Type, options: FormatOptions) -> MessageDecoder:
    from lightflus.formats.protobuf import protobuf_decoder

    return Tombstones(record, lambda kind: protobuf_decoder(kind, options))


def _debezium(record: Type, options: FormatOptions) -> DebeziumDecoder:
    from lightflus.formats.debezium import debezium_decoder

    return debezium_decoder(record, options)


def _csv_lines(record: Type, options: FormatOptions) -> LineDecoder:
    from lightflus.formats.csv import CsvDecoder
    from lightflus.formats.csv_dialect import Dialect
    from lightflus.formats.csv_header import HeadedCsvDecoder

    dialect = Dialect.of(options)
    return HeadedCsvDecoder(record, dialect) if options.flag("header", True) else CsvDecoder(record, dialect)


def _csv_messages(record: Type, options: FormatOptions) -> MessageDecoder:
    from lightflus.formats.csv import CsvDecoder
    from lightflus.formats.csv_dialect import Dialect

    dialect = Dialect.of(options)
    if options.flag("header", False):
        raise options.wrong("header", "true", "messages have no header: their values stand in the order of the fields")
    return Tombstones(record, lambda kind: CsvDecoder(kind, dialect))


def _csv_encoder(fields: Sequence[Field], options: FormatOptions) -> CsvEncoder:
    from lightflus.formats.csv_dialect import written_delimiter
    from lightflus.formats.csv_encoder import CsvEncoder

    return CsvEncoder(fields, written_delimiter(options))


def _raw_encoder(fields: Sequence[Field], options: FormatOptions) -> RawEncoder:
    return RawEncoder(fields)


def _json_encoder(fields: Sequence[Field], options: FormatOptions) -> JsonEncoder | DigitsEncoder:
    from lightflus.formats.json_digits import json_encoder

    return json_encoder(fields, options)


_LINE_DECODERS: dict[str, Callable[[Type, FormatOptions], LineDecoder]] = {
    "csv": _csv_lines,
    "debezium": _debezium,
    "json": _json_lines,
    "raw": _raw_lines,
}
_MESSAGE_DECODERS: dict[str, Callable[[Type, FormatOptions], MessageDecoder]] = {
    "avro": _avro_messages,
    "csv": _csv_messages,
    "debezium": _debezium,
    "json": _json_messages,
    "protobuf": _protobuf_messages,
    "raw": _raw_messages,
}
_LINE_ENCODERS: dict[str, Callable[[Sequence[Field], FormatOptions], Encoder]] = {
    "csv": _csv_encoder,
    "json": _json_encoder,
    "raw": _raw_encoder,
}
_MESSAGE_ENCODERS: dict[str, Callable[[Sequence[Field], FormatOptions], MessageEncoder]] = {
    "csv": _csv_encoder,
    "json": _json_encoder,
    "raw": _raw_encoder,
}


_FORMATS = {*_LINE_DECODERS, *_MESSAGE_DECODERS, *_LINE_ENCODERS, *_MESSAGE_ENCODERS}


def _made(of: str, kinds: Mapping[str, Callable[[S, FormatOptions], T]], options: FormatOptions, what: S) -> T:
    name = options.name
    make = kinds.get(name)
    if make is None:
        reason = f"format `{name}` is not for {of}" if name in _FORMATS else f"there is no format `{name}`"
        raise BindingInvalid(reason, hint=f"for {of} there are {', '.join(sorted(kinds))}")
    made = make(what, options)
    options.end()
    return made
