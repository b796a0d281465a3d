// `new`: the job's classes, Map and Set, filled arrays.
import ts from "typescript-compiler-api";
import { refused } from "../builtins.ts";
import { symbolOf } from "../scopes.ts";
import { DATE, describe, present } from "../types.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import { asArray } from "./arrays.ts";
import { passArguments } from "./arguments.ts";
import { refuse, repAt, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { into, marked } from "./dispatch.ts";
import { isErrorClass, isLibraryError, newError } from "./errors.ts";
import { newPattern } from "./patterns.ts";
import { parameterReps } from "./parameters.ts";
import { substitutionOfMember } from "./inheritance.ts";

/** Classes of lightflus-api that a job makes itself. */
const NEW_OF_API: ReadonlySet<string> = new Set(["MysqlConnectionOptionsBuilder"]);

/** Who makes the others that TypeScript lets a job make. */
const MADE_BY: ReadonlyMap<string, string> = new Map([
  ["ConnectorSink", 'Connector.sink<T>("kind", { option: "value" })'],
  ["ConnectorSource", 'Connector.source<T>("kind", { option: "value" })'],
  ["KafkaBuilder", "Kafka.builder()"],
  ["KafkaSink", "Kafka.sink<T>()"],
  ["KafkaSource", "Kafka.builder()....build<T>()"],
  ["MysqlConnectionOptions", "new MysqlConnectionOptionsBuilder()....build()"],
  ["MysqlStatement", "Mysql.new<T>().extractors((s) => ...)"],
  ["RedisStreamBuilder", "RedisStream.builder()"],
  ["RedisStreamSource", "RedisStream.builder()....build<T>()"],
]);

/** `new X(...)`. */
export function newExpression(ctx: Context, node: ts.NewExpression, target: Rep | undefined): Value {
  const symbol = symbolOf(ctx.job.checker, node.expression);
  if (symbol !== undefined && ctx.job.program.isLibrary(symbol)) return libraryNew(ctx, node, symbol, target);
  const rep = repAt(ctx, node);
  if (rep.kind === "api" && NEW_OF_API.has(rep.name)) return { code: `new ${typeText(ctx, rep)}()`, rep };
  if (rep.kind === "api")
    return refuse(ctx, node, "LF302", `'${rep.name}' is not made with new`, `it is made by ${MADE_BY.get(rep.name) ?? "another class of lightflus-api"}`);
  if (rep.kind !== "class")
    return refuse(ctx, node, "LF302", `'new ${node.expression.getText()}' is not supported in a job`);
  const declaration = constructorOf(ctx.job.checker, rep.symbol);
  const owner: Context = {
    ...ctx,
    substitution: declaration === undefined ? ctx.substitution : substitutionOfMember(ctx, rep, declaration),
  };
  if (declaration === undefined && isErrorClass(ctx, rep.symbol)) return newError(ctx, node, rep.symbol);
  const reps = declaration === undefined ? [] : parameterReps(owner, declaration);
  return { code: code`new ${typeText(ctx, rep)}(${passArguments(ctx, node, declaration, reps)})`, rep };
}

/** The constructor of the class or of the nearest base that has one. */
function constructorOf(checker: ts.TypeChecker, symbol: ts.Symbol): ts.ConstructorDeclaration | undefined {
  const declaration = symbol.valueDeclaration;
  if (declaration === undefined || !ts.isClassDeclaration(declaration)) return undefined;
  const own = declaration.members.find(
    (m): m is ts.ConstructorDeclaration => ts.isConstructorDeclaration(m) && m.body !== undefined,
  );
  const base = checker.getDeclaredTypeOfSymbol(symbol).getBaseTypes()?.[0]?.symbol;
  return own ?? (base && constructorOf(checker, base));
}

function libraryNew(ctx: Context, node: ts.NewExpression, symbol: ts.Symbol, target: Rep | undefined): Value {
  if (isLibraryError(ctx, symbol)) return newError(ctx, node, symbol);
  if (symbol.name === "Map" || symbol.name === "Set") return collection(ctx, node, target);
  if (symbol.name === "Date" && node.arguments?.length) return date(ctx, node, node.arguments);
  if (symbol.name === "RegExp") return newPattern(ctx, node);
  if (symbol.name === "Array") return refuseHoles(ctx, node);
  const known = refused(symbol.name.replace(/Constructor$/, ""));
  ctx.job.diagnostics.add(node.getSourceFile(), node.getStart(), known);
  return refuse(ctx, node, "LF302", known.message);
}

const DATES: Partial<Record<Rep["kind"], string>> = { number: "date_ofTime", string: "date_ofText", date: "date_ofDate" };

/** `new Date(milliseconds)`, `new Date(text)`. */
function date(ctx: Context, node: ts.NewExpression, given: readonly ts.Expression[]): Value {
  const [source, ...more] = given as readonly [ts.Expression, ...ts.Expression[]];
  if (more.length > 0)
    return refuse(ctx, node, "LF302", "a Date of parts is one in the zone of the machine", "write new Date(Date.UTC(year, month, ...))");
  const value = marked(ctx, source);
  const helper = DATES[value.rep.kind];
  if (helper === undefined)
    return refuse(ctx, source, "LF319", `a Date is made of a number or text, this is '${describe(value.rep)}'`);
  return { code: code`__js.${helper}(${value.code})`, rep: DATE };
}

/** `new Array(n)`, `Array(n)`. */
export function refuseHoles(ctx: Context, node: ts.Expression): Value {
  return refuse(
    ctx,
    node,
    "LF302",
    `'${ts.isNewExpression(node) ? "new Array" : "Array(n)"}' leaves holes, which a job does not have`,
    "write [] and push, or Array.from({ length: n }, () => value)",
  );
}

function collection(ctx: Context, node: ts.NewExpression, target: Rep | undefined): Value {
  const wanted = target === undefined ? undefined : present(target);
  const rep = wanted?.kind === "map" || wanted?.kind === "set" ? wanted : repAt(ctx, node);
  const [source] = node.arguments ?? [];
  const isEmpty = source === undefined || source.kind === ts.SyntaxKind.NullKeyword;
  if (isEmpty) return { code: `new ${typeText(ctx, rep)}()`, rep };
  if (rep.kind === "set")
    return { code: code`__js.set_of<${typeText(ctx, rep.item)}>(${asArray(ctx, source).code})`, rep };
  if (rep.kind === "map") return mapOf(ctx, source, rep);
  return refuse(ctx, node, "LF302", `'${describe(rep)}' cannot be made like this in a job`);
}

/** `new Map([[k, v], ...])`, `new Map(entries)`, `new Map(other)`. */
function mapOf(ctx: Context, source: ts.Expression, rep: Rep & { kind: "map" }): Value {
  const [key, value] = [typeText(ctx, rep.key), typeText(ctx, rep.value)];
  if (
    ts.isArrayLiteralExpression(source) &&
    source.elements.every((e) => ts.isArrayLiteralExpression(e) && e.elements.length === 2)
  ) {
    const pairs = source.elements.map((e) => (e as ts.ArrayLiteralExpression).elements);
    let made = code`new ${typeText(ctx, rep)}()`;
    for (const [k, v] of pairs)
      made = code`__js.map_set<${key}, ${value}>(${made}, ${into(ctx, k as ts.Expression, rep.key)}, ${into(ctx, v as ts.Expression, rep.value)})`;
    return { code: made, rep };
  }
  const entries = asArray(ctx, source);
  const entry = entries.rep.kind === "array" ? entries.rep.item : undefined;
  if (entry?.kind !== "record" || !entry.record.tuple || entry.record.fields.length !== 2)
    return refuse(ctx, source, "LF302", "a Map is made from an array of [key, value]");
  const type = typeText(ctx, entry);
  const build = (field: string, of: string): string => `(__env: usize, e: ${type}, i: f64): ${of} => e.${field}`;
  const part = (field: string, of: string, from: string): string =>
    `__js.array_map<${type}, ${of}>(${from}, 0, ${build(field, of)})`;
  const held = temporary(ctx, entries.rep);
  return {
    code: code`(${held} = ${entries.code}, __js.map_of<${key}, ${value}>(${part("_0", key, held)}, ${part("_1", value, held)}))`,
    rep,
  };
}
