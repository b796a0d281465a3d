"""Writes udf_sdk/typescript/src/generated.ts: the classes that a job's author describes sources and sinks with.

Under Node a method keeps what was said; what becomes of it is in the bases, written by hand (src/kafka.ts and so on).
"""

from __future__ import annotations

from tools.connectors.schema import (
    ANY,
    Class,
    Column,
    Method,
    Option,
    camel,
    classes,
    described,
    factories,
    group,
    shared,
    words_of,
    wrapped,
)

HEAD = """\
// Made by `make generated` from proto/connectors: change it there. How a job names Kafka, Redis and MySQL.
import { KafkaReading, KafkaSource, KafkaWriting } from "./kafka.ts";
import type { Header } from "./kafka.ts";
import { MysqlConnecting } from "./mysql.ts";
import { RedisStreamSource, RedisWriting } from "./redis.ts";
import type { Schema } from "./schema.ts";
import { SourceBuilder } from "./sources.ts";
"""
SECRET = 'Secret.env("PASSWORD")'
TYPES = {
    "text": "string",
    "texts": "string[]",
    "number": "number",
    "secret": "string",
    "schema": "Schema",
    "time": "string | number",
    "offsets": "Readonly<Record<number, number | bigint>>",
}
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


def comment(text: str, indent: str = "") -> str:
    """A doc comment."""
    lines = wrapped(text, f"{indent} * ")
    if len(lines) == 1:
        return f"{indent}/** {lines[0].strip(' *')} */\n"
    return f"{indent}/**\n" + "\n".join(lines) + f"\n{indent} */\n"


def type_of(kind: str) -> str:
    """The type of a parameter: that of an option, or the words of an enum."""
    if kind in TYPES:
        return TYPES[kind]
    alias = shared()["enums"][kind].get("ts")
    return str(alias) if alias else union(kind)


def union(enum: str) -> str:
    """The words of an enum as a type."""
    return " | ".join(f'"{word}"' for word in words_of(enum))


def parameter(option: Option, method: Method) -> str:
    """What stands between the parentheses."""
    if method.group:
        words = shared()["groups"][method.group]
        return f"options{'?' if words['is_optional'] else ''}: {words['ts']}"
    return f"{method.argument}: {type_of(method.type or option.type)}"


def method_of(option: Option, method: Method) -> str:
    """A method that says an option."""
    about = comment(described(option, method, SECRET), "  ")
    name, value, given = f'"{method.group or option.name}"', f'"{method.value or "true"}"', ""
    if option.type == "prefix":
        name, value = f"`{option.name}${{name}}`" if option.name else "name", "value"
        given = "name: string, value: string | number | boolean"
    elif method.takes_something(option):
        given = parameter(option, method)
        value = given.partition(":")[0].rstrip("?")
    return f"\n{about}  {method.name}({given}): this {{\n    return this.say({name}, {value});\n  }}\n"


def column_of(column: Column) -> str:
    """The method of a field that a sink writes."""
    bound = f" extends {column.ts}" if column.ts else ""
    name = f"{column.name}Extractor" + (f"<{column.parameter}{bound}>" if column.parameter else "")
    function = f"(record: T) => {column.parameter or column.ts}"
    body = f'{{\n    return this.write("{column.name}", extract);\n  }}'
    return f"\n{comment(column.about, '  ')}  {name}(extract: {function}): this {body}\n"


def class_of(one: Class) -> str:
    """A class."""
    body = "" if one.role == "connection" else KIND.format(kind=one.kind)
    body += NEW.format(name=one.name) if one.is_new else ""
    body += "".join(method_of(*pair) for pair in [*one.methods, ANY]) + "".join(map(column_of, one.columns))
    body += BUILD.format(makes=one.makes) if one.makes else ""
    parameter = "<in out T>" if one.records else ""
    return f"\n{comment(one.about)}export class {one.name}{parameter} extends {one.base}{one.records} {{{body}}}\n"


def group_of(name: str) -> str:
    """The object of options that a method takes."""
    words = shared()["groups"][name]
    mark = "?" if words["is_optional"] else ""
    fields = [
        f"{comment(described(option, Method(), SECRET), '  ')}  "
        f"{camel(option.name.removeprefix(f'{name}.'))}{mark}: {type_of(option.sdk_type)};\n"
        for option in group(name)
    ]
    return f"\n{comment(str(words['about']))}export interface {words['ts']} {{\n{''.join(fields)}}}\n"


def factory_of(name: str, parts: list[Class]) -> str:
    """The class that starts descriptions."""
    body = "".join(
        f"\n  /** Starts the description of a {one.role}{' for records of type T' if one.records else ''}. */\n"
        f"  static {one.factory['method']}{one.records}(): {one.name}{one.records} {{\n"
        f"    return new {one.name}{one.records}();\n  }}\n"
        for one in parts
    )
    return f"\n{comment(parts[0].factory['about'])}export class {name} {{\n  private constructor() {{}}\n{body}}}\n"


def text() -> str:
    """The file."""
    aliases = [
        f"\n{comment(str(about['about']))}export type {about['ts']} = {union(enum)};\n"
        for enum, about in shared()["enums"].items()
        if "ts" in about
    ]
    made = [factory_of(name, parts) for name, parts in factories().items()]
    return HEAD + "".join([*aliases, *map(group_of, shared()["groups"]), *map(class_of, classes()), *made])
