"""Writes udf_sdk/rust/lightflus/src/connectors/generated.rs: the methods of the classes, and the words that they take.

Sources and what they are described with stand there whole; of sinks and connections only what says an option, in an
`impl` beside the one that is written by hand.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tools.connectors.schema import (
    ANY,
    Class,
    Column,
    Method,
    Option,
    classes,
    described,
    factories,
    group,
    shared,
    snake,
    words_of,
    wrapped,
)

HEAD = """\
// Made by `make generated` from proto/connectors: change it there. How a job names Kafka, Redis and MySQL.

use std::fmt::Display;
use std::panic::Location;

use super::columns::{column_methods, Column, Score, TextOrBytes, Time};
use super::kafka::{Headers, KafkaSink};
use super::mysql::MysqlConnection;
use super::options::Options;
use super::redis::Redis;
use super::{need, Described, Format};
use crate::field::Field;
use crate::graph::{self, Place};
use crate::value::{Text, Value};
"""
ARGUMENTS = {
    "text": ("&str", "{}"),
    "secret": ("impl Into<String>", "&{}.into()"),
    "schema": ("Format", "{}"),
    "time": ("impl Display", "&{}.to_string()"),
    "offsets": ("impl IntoIterator<Item = (u32, u64)>", "{}"),
}
"""By type: the parameter's, and what is made of it."""
METHOD = """
{about}{place}    pub fn {name}(mut self{given}) -> Self {{
        {says}
        self
    }}
"""
COLUMN = """
    column_methods! {{
{about}        {name}, {name}_field, "{name}", {bound}
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

    fn set_policy(&mut self, policy: BadRecords) {{
        self.bad_records = Some(policy);
    }}
{check}
    #[inline(never)]
    pub(super) fn described(self, place: Place) -> graph::Source {{
        Self::check(&self.options, place);
        graph::source("{kind}", self.options, self.format, self.bad_records)
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
        {makes}::default()
    }}
}}
"""


class Saying(NamedTuple):
    """A method but for its name: parameters, statements, what stands behind the name, whether it knows its caller."""

    given: str
    says: str
    generics: str = ""
    is_placed: bool = False


def docs(text: str, indent: str = "    ") -> str:
    """A doc comment."""
    spelled = re.sub(r"`([a-z]+[A-Z]\w*)`", lambda found: f"`{snake(found[1])}`", text)
    return "\n".join(wrapped(spelled, f"{indent}/// ")) + "\n"


def argument(option: Option, method: Method) -> tuple[str, str]:
    """A parameter, and what is said of it."""
    name, kind = snake(method.argument), method.type or option.type
    if kind in ARGUMENTS:
        type_name, value = ARGUMENTS[kind]
        return f"{name}: {type_name}", value.format(name)
    return f"{name}: {kind}", name if method.does else f"{name}.name()"


def saying(option: Option, method: Method, name: str) -> Saying:
    """What a method of that name does."""
    said = f'self.options.set("{option.name}", {{}});'
    if option.type == "prefix":
        path = f'&format!("{option.name}{{name}}")' if option.name else "name"
        return Saying("name: &str, value: impl Display", f"self.options.set({path}, &value.to_string());")
    if method.group:
        return saying_group(method.group)
    if not method.takes_something(option):
        return Saying("", said.format(f'"{method.value or "true"}"'))
    if option.type == "texts":
        given = f"{method.argument}: impl IntoIterator<Item = A>"
        return Saying(given, f'self.options.set_list("{option.name}", {method.argument});', "<A: Into<String>>")
    if option.type == "number":
        kind = next(f"u{bits}" for bits in (16, 32, 64) if option.most < 1 << bits)
        call = f'("{name}({method.argument})", "{option.unit}")'
        bounds = f"{method.least_of(option)}..={option.most}"
        says = f'set_whole("{option.name}", {method.argument}, {bounds}, {call}, Location::caller());'
        return Saying(f"{method.argument}: {kind}", f"self.options.{says}", is_placed=True)
    parameter, value = argument(option, method)
    is_placed = method.may_fail(option)
    words = [f'"{word}"' for word in method.does[1:]] + [value] + ["Location::caller()"] * is_placed
    says = f"self.{snake(method.does[0])}({', '.join(words)});" if method.does else said.format(value)
    return Saying(parameter, says, is_placed=is_placed)


def saying_group(name: str) -> Saying:
    """A struct of what may be said, or a parameter for each option that has to be."""
    words = shared()["groups"][name]
    if words["is_optional"]:
        return Saying(f"{name}: {words['rust']}", f"self.options.set_{name}(&{name}.0);")
    methods = [Method(argument=option.name.partition(".")[2], type=option.sdk_type) for option in group(name)]
    pairs = [argument(option, method) for option, method in zip(group(name), methods, strict=True)]
    says = [f'self.options.set("{o.name}", {value});' for o, (_, value) in zip(group(name), pairs, strict=True)]
    return Saying(", ".join(parameter for parameter, _ in pairs), "\n        ".join(says))


def method_of(option: Option, method: Method) -> str:
    """A method that says an option."""
    name = method.rust if isinstance(method.rust, str) else snake(method.name)
    made = saying(option, method, name)
    return METHOD.format(
        about=docs(described(option, method, 'Secret::env("PASSWORD")')),
        place="    #[track_caller]\n" if made.is_placed else "",
        name=name + made.generics,
        given=made.given and f", {made.given}",
        says=made.says,
    )


def column_of(column: Column) -> str:
    """The pair of methods of a field that a sink writes."""
    return COLUMN.format(about=docs(column.about, "        "), name=column.name, bound=column.rust)


def class_of(one: Class) -> str:
    """A class, or its part."""
    methods = [*(pair for pair in one.methods if pair[1].rust), ANY]
    body = "".join(method_of(*pair) for pair in methods) + "".join(map(column_of, one.columns))
    check = CHECK.format(what=one.what, needs=", ".join(f'"{name}"' for name in one.needs))
    if one.makes:
        words = {"name": one.name, "makes": one.makes, "kind": one.kind, "check": check}
        return SOURCE.format(about=docs(one.about, ""), body=body, **words)
    header = f"<'b, T: Value<'b>> {one.name}<'b, T>" if one.records else f" {one.rust or one.name}"
    return f"\nimpl{header} {{{body}{check}}}\n"


def enum_of(name: str) -> str:
    """The words that an argument may be."""
    words = {word: "".join(part.capitalize() for part in word.split("-")) for word in words_of(name)}
    variants = "".join(f"    /// {words_of(name)[word]}\n    {variant},\n" for word, variant in words.items())
    names = "".join(f'            {name}::{variant} => "{word}",\n' for word, variant in words.items())
    return ENUM.format(name=name, about=shared()["enums"][name]["about"], variants=variants, names=names)


def group_of(name: str) -> str:
    """The struct of options that a method takes."""
    body = ""
    for option in group(name):
        what = "reference" if option.type == "secret" else "file"
        body += method_of(option, Method(name=option.name.removeprefix(f"{name}."), argument=what))
    words = shared()["groups"][name]
    body = body.replace("self.options", "self.0")
    return GROUP.format(about=docs(str(words["about"]), ""), name=words["rust"], body=body)


def factory_of(name: str, parts: list[Class]) -> str:
    """The struct that starts descriptions of sources; sinks' are written by hand."""
    sources = [one for one in parts if one.makes]
    made = [FACTORY.format(name=name, method=one.factory["method"], makes=one.name) for one in sources]
    return f"\n{docs(parts[0].factory['about'], '')}pub struct {name};\n{''.join(made)}"


def text() -> str:
    """The file."""
    groups = [group_of(name) for name, words in shared()["groups"].items() if words["is_optional"]]
    made = [factory_of(name, parts) for name, parts in factories().items()]
    return HEAD + "".join([*map(enum_of, shared()["enums"]), *groups, *map(class_of, classes()), *made])
