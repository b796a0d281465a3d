"""Writes udf_sdk/rust/lightflus/src/connectors/generated.rs: the methods of the classes, and the words that they take.

Sources and what they are described with stand there whole; of sinks and connections only what says an option, in an
`impl` beside the one that is written by hand.
"""

from __future__ import annotations

import re

from tools.connectors.schema import Class, Column, Method, classes, factories, formats, group, shared, words_of
from tools.connectors.spelling import Language, may_fail, method_of, methods_of, snake, wrapped

HEAD = """\
// Made by `make generated` from proto/connectors: change it there. How a job names Kafka, Redis and MySQL.

use std::fmt::Display;
use std::panic::Location;

use super::columns::{column_methods, Column, Score, TextOrBytes, Time};
use super::custom::ConnectorSink;
use super::kafka::{Headers, KafkaSink};
use super::mysql::MysqlConnection;
use super::options::Options;
use super::redis::Redis;
use super::{need, Described, Format};
use crate::field::Field;
use crate::graph::{self, Place};
use crate::value::{Text, Value};
"""
METHOD = """
{about}{before}    pub fn {name}(mut self{given}) -> Self {{
        {says};
        self
    }}
"""
COLUMN = """
    column_methods! {{
{about}        {name}, {name}_field, "{name}", {bound}
    }}
"""
CONSTRUCTOR = """
{about}    pub fn {name}() -> Format {{
        Format::of("{name}")
    }}
"""
CHECK = """
    pub(super) fn check(options: &Options, place: Place) {{
        need(options, "{what}", &[{needs}], place);
    }}
"""
SOURCE = """
{about}#[derive(Clone, Default)]
pub struct {name} {{
    pub(super) kind: String,
    pub(super) options: Options,
    format: Option<Format>,
    bad_records: Option<BadRecords>,
}}

impl {name} {{{body}
    /// How messages are decoded, where the type does not say it.
    pub fn format(mut self, format: Format) -> Self {{
        self.format = Some(format);
        self
    }}

    /// The source. Records of a struct type are read as JSON, text as it is: `build::<&str>()`.
    #[track_caller]
    pub fn build<T>(self) -> {makes}<T> {{
        Described::new(self.described(Location::caller()))
    }}

    pub(super) fn of(kind: &str) -> {name} {{
        {name} {{ kind: kind.to_owned(), ..{name}::default() }}
    }}

    fn set_policy(&mut self, policy: BadRecords) {{
        self.bad_records = Some(policy);
    }}

    #[inline(never)]
    pub(super) fn described(self, place: Place) -> graph::Source {{
        need(&self.options, "{what}", &[{needs}], place);
        graph::source(&self.kind, self.options, self.format, self.bad_records)
    }}
}}

/// A source of records of type T that `{name}` builds.
pub type {makes}<T> = Described<T>;
"""
ENUM = """
/// {about}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum {name} {{
{variants}}}

impl {name} {{
    pub(crate) fn name(self) -> &'static str {{
        match self {{
{names}        }}
    }}
}}
"""
GROUP = """
{about}#[derive(Clone, Default)]
pub struct {name}(pub(super) Options);

impl {name} {{
    /// The system's authorities, no certificate of the job's own.
    pub fn new() -> {name} {{
        {name}::default()
    }}
{body}}}
"""
FACTORY = """
impl {name} {{
    /// Starts the description of a source.
    pub fn {method}() -> {makes} {{
        {makes}::of("{kind}")
    }}
}}
"""


def _docs(text: str, indent: str = "    ") -> str:
    spelled = re.sub(r"`([a-z]+[A-Z]\w*)`", lambda found: f"`{snake(found[1])}`", text)
    return "\n".join(wrapped(spelled, f"{indent}/// ")) + "\n"


SASL = "self.options.set_sasl(mechanism.name(), user, &password.into())"
SET = 'self.options.set("{option}", '
WHOLE = '{argument}, {least}..={most}, ("{name}({argument})", "{unit}"), Location::caller())'
RUST = Language(
    types={
        "schema": "Format",
        "bool": "bool",
        "time": "impl Display",
        "offsets": "impl IntoIterator<Item = (u32, u64)>",
        "text": "&str",
    },
    enum=lambda name: name,
    says={
        "prefix": (
            ", name: &str, value: impl Display",
            'self.options.set(&format!("{option}{{name}}"), &value.to_string())',
        ),
        "any": (", name: &str, value: impl Display", "self.options.set(name, &value.to_string())"),
        "value": ("", SET + '"{value}")'),
        "text": (", {argument}: &str", SET + "{argument})"),
        "secret": (", {argument}: impl Into<String>", SET + "&{argument}.into())"),
        "enum": (", {argument}: {type}", SET + "{argument}.name())"),
        "texts": (
            ", {argument}: impl IntoIterator<Item = impl Into<String>>",
            'self.options.set_list("{option}", {argument})',
        ),
        "number": (", {argument}: u{bits}", 'self.options.set_whole("{option}", ' + WHOLE),
        "does": (", {argument}: {type}", "self.{snake}({said}{argument})"),
        "checks": (", {argument}: {type}", "self.{snake}({said}{argument}, Location::caller())"),
        "tls": (", tls: Tls", "self.options.set_tls(&tls.0)"),
        "sasl": (", mechanism: Sasl, user: &str, password: impl Into<String>", SASL),
    },
    method=METHOD,
    name=lambda method: method.rust if isinstance(method.rust, str) else snake(method.name) if method.rust else "",
    comment=_docs,
    secret='Secret::env("PASSWORD")',
    is_placed=may_fail,
    placed=("    #[track_caller]\n", ""),
)


def _column_of(column: Column) -> str:
    return COLUMN.format(about=_docs(column.about, "        "), name=column.name, bound=column.rust)


def _class_of(one: Class) -> str:
    body = methods_of(RUST, one) + "".join(map(_column_of, one.columns))
    words = {"name": one.name, "what": one.what, "needs": ", ".join(f'"{name}"' for name in one.needs)}
    if one.makes:
        return SOURCE.format(about=_docs(one.about, ""), body=body, makes=one.makes, **words)
    if one.role == "format":
        body += "".join(CONSTRUCTOR.format(name=name, about=_docs(about)) for name, _, about in formats())
    body += CHECK.format(**words) if one.needs else ""
    header = f"<'b, T: Value<'b>> {one.name}<'b, T>" if one.records else f" {one.rust or one.name}"
    return f"\nimpl{header} {{{body}}}\n"


def _enum_of(name: str) -> str:
    words = {word: "".join(part.capitalize() for part in word.split("-")) for word in words_of(name)}
    variants = "".join(f"    /// {words_of(name)[word]}\n    {variant},\n" for word, variant in words.items())
    names = "".join(f'            {name}::{variant} => "{word}",\n' for word, variant in words.items())
    return ENUM.format(name=name, about=shared("enums")[name]["about"], variants=variants, names=names)


def _group_of(name: str) -> str:
    made = (method_of(RUST, option, Method(name=short, argument="value")) for short, option in group(name).items())
    words = shared("groups")[name]
    body = "".join(made).replace("self.options", "self.0")
    return GROUP.format(about=_docs(str(words["about"]), ""), name=words["rust"], body=body)


def _factory_of(name: str, parts: list[Class]) -> str:
    """The struct that starts descriptions of sources; sinks' are written by hand."""
    sources = [one for one in parts if one.makes]
    made = [FACTORY.format(name=name, method=one.factory["method"], makes=one.name, kind=one.kind) for one in sources]
    return f"\n{_docs(parts[0].factory['about'], '')}pub struct {name};\n{''.join(made)}"


def text() -> str:
    """The file."""
    groups = [_group_of(name) for name, words in shared("groups").items() if "rust" in words]
    made = [_factory_of(name, parts) for name, parts in factories().items()]
    return HEAD + "".join([*map(_enum_of, shared("enums")), *groups, *map(_class_of, classes("rust")), *made])
