"""Writes generated.ts of udf_sdk/typescript/assembly, the classes as a module has them, and of compiler, what it knows.

AssemblyScript's `this` is the class that a method stands in, so that a chain of calls has to stay in one class: methods
stand in the last one, and what is written by hand in its base.
"""

from __future__ import annotations

from functools import cache

from tools.connectors.schema import Class, classes, factories
from tools.connectors.spelling import Language, may_fail, methods_of

HEAD = """\
// Made by `make generated` from proto/connectors: change it there. How a job names Kafka, Redis and MySQL.
import { KafkaReading, KafkaSource, KafkaWriting } from "./kafka";
import { MysqlConnecting } from "./mysql";
import { checkSaid, Pairs, setWhole } from "./options";
import { RedisStreamSource, RedisWriting } from "./redis";
import { Schema } from "./schema";
import { SourceBuilder } from "./sources";
"""
COMPILER = """\
// Made by `make generated` from proto/connectors: change it there. What the compiler knows of lightflus-api.

/** Those without a function that are told where the user wrote them: behind all their parameters, given or not. */
export const WITH_POSITION: ReadonlySet<string> = new Set([
{names}]);
"""
PLACED = "build buildMessages createFlow sink source"
"""Methods written by hand that are told where the user wrote them."""
META = 'meta: string = ""'
NEW = """
  static {method}{records}({place}): {name}{records} {{
    return new {name}{records}();
  }}
"""
COLUMN = """
  {name}Extractor<X>(env: usize, fn: (env: usize, value: T) => X, meta: string): this {{
    this.add<X>("{name}", env, fn, meta);
    return this;
  }}
"""
CHECK = """
  check(meta: string): void {{
    checkSaid(this.options, "{what}", [{needs}], meta);
  }}
"""
BUILD = """
  build<T>(schema: Schema | null = null, _typeName: string | null = null, meta: string = ""): {makes}<T> {{
    this.check(meta);
    const source = new {makes}<T>("{kind}", this.options.copy());
    source.describe(schema, this.policy);
    return source;
  }}
"""


@cache
def _placed() -> frozenset[str]:
    """Names of the methods that are told their place: one of that name may find something wrong."""
    pairs = [pair for one in classes() for pair in one.methods]
    return frozenset([*PLACED.split(), *(method.name for option, method in pairs if may_fail(option, method))])


NUMBER = '{least}, {most}, "{name}({argument})", "{unit}", meta'
TEXT = dict.fromkeys(("text", "secret", "time", *("StartFrom", "Sasl", "Compression", "BadRecords")), "string")
ASSEMBLY = Language(
    types={**TEXT, "texts": "Array<string>", "number": "f64", "schema": "Schema", "offsets": "Pairs"},
    enum=lambda _name: "string",
    says={
        "prefix": ("name: string, value: string", 'this.options.set("{option}" + name, value)'),
        "any": ("name: string, value: string", "this.options.set(name, value)"),
        "value": ("", 'this.options.set("{option}", "{value}")'),
        "text": ("{argument}: {type}", 'this.options.set("{option}", {argument})'),
        "texts": ("{argument}: {type}", 'this.options.set("{option}", {argument}.join(","))'),
        "number": ("{argument}: {type}", f'setWhole(this.options, "{{option}}", {{argument}}, {NUMBER})'),
        "does": ("{argument}: {type}", "this.{does}({said}{argument})"),
        "checks": ("{argument}: {type}", "this.{does}({said}{argument}, meta)"),
        "tls": ("pairs: Pairs | null = null", "this.options.setTls(pairs)"),
        "sasl": ("pairs: Pairs", 'this.options.setUnder("sasl", pairs)'),
    },
    method="\n  {name}({given}): this {{\n    {says};\n    return this;\n  }}\n",
    name=lambda method: method.name,
    comment=lambda _text: "",
    secret="",
    is_placed=lambda _option, method: method.name in _placed(),
    placed=("", META),
)


def _class_of(one: Class) -> str:
    body = _new_of(one, "new") if one.is_new else ""
    body += methods_of(ASSEMBLY, one) + "".join(COLUMN.format(name=column.name) for column in one.columns)
    body += CHECK.format(what=one.what, needs=", ".join(f'"{name}"' for name in one.needs))
    body += BUILD.format(makes=one.makes, kind=one.kind) if one.makes else ""
    return f"\nexport class {one.name}{one.records} extends {one.base}{one.records} {{{body}}}\n"


def _new_of(one: Class, method: str) -> str:
    place = META if method in _placed() else ""
    return NEW.format(method=method, place=place, name=one.name, records=one.records)


def _factory_of(name: str, parts: list[Class]) -> str:
    return f"\nexport class {name} {{{''.join(_new_of(one, one.factory['method']) for one in parts)}}}\n"


def text() -> str:
    """The library's file."""
    made = [_factory_of(name, parts) for name, parts in factories().items()]
    return HEAD + "".join([*map(_class_of, classes()), *made])


def compiler_text() -> str:
    """The compiler's file."""
    return COMPILER.format(names="".join(f'  "{name}",\n' for name in sorted(_placed())))
