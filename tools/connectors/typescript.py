"""Writes udf_sdk/typescript/src/generated.ts: the classes that a job's author describes sources and sinks with.

Under Node a method keeps what was said; what becomes of it is in the bases, written by hand (src/kafka.ts and so on).
"""

from __future__ import annotations

from typing import cast

from tools.connectors.schema import Class, Column, Method, classes, factories, formats, group, shared, words_of
from tools.connectors.spelling import Language, camel, described, methods_of, wrapped

HEAD = """\
// Made by `make generated` from proto/connectors: change it there. How a job names Kafka, Redis and MySQL.
import { KafkaReading, KafkaSource, KafkaWriting } from "./kafka.ts";
import type { Header } from "./kafka.ts";
import { MysqlConnecting } from "./mysql.ts";
import { RedisStreamSource, RedisWriting } from "./redis.ts";
import type { ProtobufOptions, SchemaPlace } from "./schema.ts";
import { SourceBuilder } from "./sources.ts";
"""
KIND = """
  /** @internal */
  protected readonly kind = "{kind}";
"""
NEW = """
  private constructor() {{
    super();
  }}

  /** Starts the description of a sink for records of type T. */
  static new<T>(): {name}<T> {{
    return new {name}<T>();
  }}
"""
COLUMN = """
{about}  {name}Extractor{bound}(extract: (record: T) => {type}): this {{
    return this.write("{name}", extract);
  }}
"""
BUILD = """
  /**
   * The source of records of type T.
   *
   * @param schema how messages are decoded; by the type unless told: text for `string`, JSON for an object
   * @param typeName the type's name, such as `typeof ""`; for people who read the job, the compiler goes by T
   */
  build<T>(schema?: Schema, typeName?: string): {makes}<T> {{
    return new {makes}<T>(this.base());
  }}
"""
SCHEMA = """
/**
 * How records are decoded and encoded. Without one, `string` is the text as it is and an object type is JSON.
 *
 * @example Kafka.builder().brokers(["h:9092"]).topic("trades").build<Trade>(Schema.csv({{ delimiter: ";" }}))
 */
export class Schema {{
  /** Only what these functions answer is a schema. */
  declare private readonly format: string;

  private constructor() {{}}
{body}}}
"""
FORMAT = """
{about}  static {name}({given}): Schema {{
    return new Schema();
  }}
"""
START = """
  /** Starts the description of a {role}{of}. */
  static {method}{records}(): {name}{records} {{
    return new {name}{records}();
  }}
"""


def _comment(text: str, indent: str = "  ") -> str:
    lines = wrapped(text, f"{indent} * ")
    if len(lines) == 1:
        return f"{indent}/** {lines[0].strip(' *')} */\n"
    return f"{indent}/**\n" + "\n".join(lines) + f"\n{indent} */\n"


def _union(enum: str) -> str:
    return " | ".join(f'"{word}"' for word in words_of(enum))


TYPESCRIPT = Language(
    types={
        "text": "string",
        "texts": "string[]",
        "bool": "boolean",
        "number": "number",
        "secret": "string",
        "schema": "Schema",
        "time": "string | number",
        "offsets": "Readonly<Record<number, number | bigint>>",
    },
    enum=lambda name: str(shared("enums")[name].get("ts") or _union(name)),
    says={
        "prefix": ("name: string, value: string | number | boolean", "this.say(`{option}${{name}}`, value)"),
        "any": ("name: string, value: string | number | boolean", "this.say(name, value)"),
        "value": ("", 'this.say("{option}", "{value}")'),
        "text": ("{argument}: {type}", 'this.say("{option}", {argument})'),
        "tls": ("options?: TlsOptions", 'this.say("tls", options)'),
        "sasl": ("options: SaslOptions", 'this.say("sasl", options)'),
    },
    method="\n{about}  {name}({given}): this {{\n    return {says};\n  }}\n",
    name=lambda method: method.name,
    comment=_comment,
    secret='Secret.env("PASSWORD")',
)


def _column_of(column: Column) -> str:
    bound = f"{column.parameter} extends {column.ts}" if column.parameter and column.ts else column.parameter
    words = {"name": column.name, "type": column.parameter or column.ts, "bound": bound and f"<{bound}>"}
    return COLUMN.format(about=_comment(column.about), **words)


def _class_of(one: Class) -> str:
    body = KIND.format(kind=one.kind) if one.records or one.makes else ""
    body += NEW.format(name=one.name) if one.is_new else ""
    body += methods_of(TYPESCRIPT, one) + "".join(map(_column_of, one.columns))
    body += BUILD.format(makes=one.makes) if one.makes else ""
    parameter = "<in out T>" if one.records else ""
    return f"\n{_comment(one.about, '')}export class {one.name}{parameter} extends {one.base}{one.records} {{{body}}}\n"


def _group_of(name: str) -> str:
    words = shared("groups")[name]
    text = f"\n{_comment(str(words['about']), '')}export interface {words['ts']} {{\n"
    needed = cast(list[str], words.get("needs", []))
    for short, option in group(name).items():
        kind = next((method.type for method in option.method if method.type), option.type)
        spelled = TYPESCRIPT.types[kind] if kind in TYPESCRIPT.types else TYPESCRIPT.enum(kind)
        field = camel(short) + ("" if short in needed else "?")
        about = described(option, Method(name=""), TYPESCRIPT.secret)
        text += f"{_comment(about)}  {field}: {spelled};\n"
    return text + "}\n"


def _factory_of(name: str, parts: list[Class]) -> str:
    body = ""
    for one in parts:
        words = {"role": one.role, "of": " for records of type T" if one.records else "", "records": one.records}
        body += START.format(method=one.factory["method"], name=one.name, **words)
    about = _comment(parts[0].factory["about"], "")
    return f"\n{about}export class {name} {{\n  private constructor() {{}}\n{body}}}\n"


def text() -> str:
    """The file."""
    aliases = [
        f"\n{_comment(str(about['about']), '')}export type {about['ts']} = {_union(enum)};\n"
        for enum, about in shared("enums").items()
        if "ts" in about
    ]
    made = [_factory_of(name, parts) for name, parts in factories().items()]
    body = "".join(FORMAT.format(name=name, given=ts, about=_comment(about)) for name, ts, about in formats())
    parts = [*aliases, *map(_group_of, shared("groups")), SCHEMA.format(body=body), *map(_class_of, classes()), *made]
    return HEAD + "".join(parts)
