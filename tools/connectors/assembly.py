"""Writes generated.ts of udf_sdk/typescript/assembly, the classes as a module has them, and of compiler, what it knows.

AssemblyScript's `this` is the class that a method stands in, so that a chain of calls has to stay in one class: methods
stand in the last one, and what is written by hand in its base.
"""

from __future__ import annotations

from tools.connectors.schema import ANY, Class, Column, Method, Option, classes, factories, group

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
TYPES = {"texts": "Array<string>", "number": "f64", "schema": "Schema", "offsets": "Pairs"}
PLACED = "build buildMessages createFlow sink source"
"""Methods written by hand that are told where the user wrote them."""
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


def placed() -> set[str]:
    """Names of the methods that are told their place: where one of that name may find something wrong."""
    pairs = [pair for one in classes() for pair in one.methods]
    return set(PLACED.split()) | {method.name for option, method in pairs if method.may_fail(option)}


def statement(option: Option, method: Method) -> str:
    """What a method does."""
    if option.type == "prefix":
        prefix = f'"{option.name}" + ' if option.name else ""
        return f"this.options.set({prefix}name, value)"
    if method.does:
        said = [f'"{word}"' for word in method.does[1:]]
        place = ["meta"] if method.may_fail(option) else []
        return f"this.{method.does[0]}({', '.join([*said, method.argument, *place])})"
    if method.group == "tls":
        return "this.options.setTls(pairs)"
    if method.group:
        return f'this.options.setUnder("{method.group}", pairs)'
    if option.type == "number":
        bounds = f"{method.least_of(option)}, {option.most}"
        call = f'"{method.name}({method.argument})", "{option.unit}"'
        return f'setWhole(this.options, "{option.name}", {method.argument}, {bounds}, {call}, meta)'
    joined = '.join(",")' if option.type == "texts" else ""
    value = method.argument + joined if method.takes_something(option) else f'"{method.value or "true"}"'
    return f'this.options.set("{option.name}", {value})'


def parameters(option: Option, method: Method) -> list[str]:
    """What stands between the parentheses, but for the place."""
    if option.type == "prefix":
        return ["name: string", "value: string"]
    if method.group:
        is_needed = group(method.group)[0].method
        return ["pairs: Pairs" if is_needed else "pairs: Pairs | null = null"]
    kind = TYPES.get(method.type or option.type, "string")
    return [f"{method.argument}: {kind}"] if method.takes_something(option) else []


def method_of(option: Option, method: Method) -> str:
    """A method that says an option."""
    place = [f'{"" if method.may_fail(option) else "_"}meta: string = ""'] if method.name in placed() else []
    given = ", ".join([*parameters(option, method), *place])
    return f"\n  {method.name}({given}): this {{\n    {statement(option, method)};\n    return this;\n  }}\n"


def column_of(column: Column) -> str:
    """The method of a field that a sink writes. Where TypeScript's has no type parameter, this one's is inferred."""
    name = f"{column.name}Extractor<X>"
    return (
        f"\n  {name}(env: usize, fn: (env: usize, value: T) => X, meta: string): this {{\n"
        f'    this.add<X>("{column.name}", env, fn, meta);\n    return this;\n  }}\n'
    )


def class_of(one: Class) -> str:
    """A class."""
    needs = ", ".join(f'"{name}"' for name in one.needs)
    body = "".join(method_of(*pair) for pair in [*one.methods, ANY]) + "".join(map(column_of, one.columns))
    if one.is_new:
        body = f"\n  static new<T>(): {one.name}<T> {{\n    return new {one.name}<T>();\n  }}\n{body}"
    body += CHECK.format(what=one.what, needs=needs)
    if one.makes:
        body += BUILD.format(makes=one.makes, kind=one.kind)
    return f"\nexport class {one.name}{one.records} extends {one.base}{one.records} {{{body}}}\n"


def factory_of(name: str, parts: list[Class]) -> str:
    """The class that starts descriptions."""
    body = ""
    for one in parts:
        method = one.factory["method"]
        place = '_meta: string = ""' if method in placed() else ""
        made = f"{one.name}{one.records}"
        body += f"\n  static {method}{one.records}({place}): {made} {{\n    return new {made}();\n  }}\n"
    return f"\nexport class {name} {{{body}}}\n"


def text() -> str:
    """The library's file."""
    made = [factory_of(name, parts) for name, parts in factories().items()]
    return HEAD + "".join([*map(class_of, classes()), *made])


def compiler_text() -> str:
    """The compiler's file."""
    return COMPILER.format(names="".join(f'  "{name}",\n' for name in sorted(placed())))
