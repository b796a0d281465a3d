// From one representation to another: what happens wherever a value meets a declared type (assignment, argument, return, field).
// Boxing of scalars that may be missing, null tests, adapters for functions of other arity; refuses what would need a copy.
import type ts from "typescript-compiler-api";
import { SINKS } from "../api_table.ts";
import { NO_ITEM, NULL, describe, isPrimitive, isScalar, isUnknown, orMissing, present, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code } from "../writer.ts";
import type { Code } from "../writer.ts";
import { functionText, place, refuse, temporary, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { isErrorClass } from "./errors.ts";
import { fromMixed, toMixed } from "./mixed.ts";

/** No value, of a nullable type: a bare `null` would not say of which. */
export function missing(ctx: Context, rep: Rep): Code {
  if (isUnknown(rep)) return "__js.mixed_undefined()";
  return `changetype<${typeText(ctx, rep)}>(0)`;
}

/** The value as the wanted representation. */
export function convert(ctx: Context, value: Value, target: Rep, node: ts.Node): Code {
  const source = value.rep;
  if (sameRep(source, target) || target.kind === "void") return value.code;
  if (source.kind === "never") return code`(${value.code}, __l.never<${typeText(ctx, target)}>())`;
  if (target.kind === "null") return code`(${value.code}, null)`;
  if (target.kind === "mixed") return toMixed(ctx, value, target, node);
  if (source.kind === "mixed" && (isUnknown(source) || present(target).kind !== "mixed")) return fromMixed(ctx, value, target, node);
  if (target.kind === "nullable") return toNullable(ctx, value, target, node);
  if (source.kind === "nullable" || source.kind === "null") {
    return refuse(
      ctx,
      node,
      "LF319",
      `this may be ${source.kind === "nullable" ? orMissing(source.absent) : "null"}, but '${describe(target)}' is needed`,
    );
  }
  if (sameLayout(ctx, source, target)) {
    return source.kind === "class"
      ? code`<${typeText(ctx, target)}>(${value.code})`
      : code`changetype<${typeText(ctx, target)}>(${value.code})`;
  }
  if (target.kind === "match" && source.kind === "array" && (source.item === NO_ITEM || source.item.kind === "string"))
    return code`__js.match_of(${value.code})`;
  if (source.kind === "match" && target.kind === "array" && target.item.kind === "string")
    return code`__js.match_texts(${value.code}, ${place(ctx, node)})`;
  if (source.kind === "class" && target.kind === "class") return code`<${typeText(ctx, target)}>(${value.code})`;
  if (source.kind === "api" && target.kind === "api") return ofSameRecords(ctx, value.code, source, target, node);
  if (source.kind === "function" && target.kind === "function") return adapted(ctx, value.code, source, target, node);
  return refuse(
    ctx,
    node,
    "LF108",
    `a value of type '${describe(source)}' is used where '${describe(target)}' is wanted: in a job these are two different things`,
    elementsOf(source, target, node) ?? sameFields(source, target, node) ?? (source.kind === "function" ? "write what it returns, not the function" : undefined),
  );
}

/** A tuple where an array is wanted: a new array of its elements. */
function elementsOf(source: Rep, target: Rep, node: ts.Node): string | undefined {
  if (source.kind !== "record" || !source.record.tuple || present(target).kind !== "array") return undefined;
  return source.record.open ? "declare it as an array" : `make an array of it: [...${node.getText()}]`;
}

/** The wanted record made of the given one's fields, in the user's words; undefined where it has not all of them. */
function sameFields(source: Rep, target: Rep, node: ts.Node): string | undefined {
  if (source.kind !== "record" || target.kind !== "record" || source.record.tuple || target.record.tuple)
    return undefined;
  const { fields } = source.record;
  const fits = target.record.fields.every((f) => fields.some((g) => g.name === f.name && sameRep(g.rep, f.rep)));
  const name = node.getText();
  const isPlain = target.record.fields.every((f) => /^[A-Za-z_$][\w$]*$/.test(f.name));
  if (!fits || !isPlain || !/^\w+(\.\w+)*$/.test(name)) return undefined;
  const copy = `{ ${target.record.fields.map((f) => `${f.name}: ${name}.${f.name}`).join(", ")} }`;
  return `hand on ${copy}, or make the function generic: <T extends ...>(value: T)`;
}

/** A sink or a stream where one is wanted: what flows through it must have one shape on both sides. */
function ofSameRecords(
  ctx: Context,
  given: Code,
  source: Rep & { kind: "api" },
  target: Rep & { kind: "api" },
  node: ts.Node,
): Code {
  const differ = source.args.findIndex((a, i) => target.args[i] !== undefined && !sameRep(a, target.args[i] as Rep));
  const [own, wanted] = [source.args[differ], target.args[differ]];
  if (!SINKS.has(source.name) || own === undefined || wanted === undefined) return given;
  return refuse(
    ctx,
    node,
    "LF108",
    `this sink takes '${describe(own)}', but the stream has '${describe(wanted)}'`,
    "make records of the sink's type, say T, in front of it: .map((r): T => ({ ...r }))",
  );
}

function toNullable(ctx: Context, value: Value, target: Rep & { kind: "nullable" }, node: ts.Node): Code {
  const source = value.rep;
  if (source.kind === "null") return "null";
  if (source.kind === "void") return code`(${value.code}, null)`;
  if (source.kind !== "nullable") {
    const inner = convert(ctx, value, target.of, node);
    return isScalar(target.of) ? code`new __l.Some<${typeText(ctx, target.of)}>(${inner})` : inner;
  }
  if (sameLayout(ctx, source.of, target.of)) return code`changetype<${typeText(ctx, target)}>(${value.code})`;
  const held = temporary(ctx, source);
  const inner = convert(ctx, unwrapped(ctx, { code: held, rep: source }), target, node);
  return code`((${held} = ${value.code}) !== null ? ${inner} : ${missing(ctx, target)})`;
}

/** References that may stand for each other without a change: T where T | null is wanted, arrays of such. */
function sameLayout(ctx: Context, source: Rep, target: Rep): boolean {
  if (sameRep(source, target)) return true;
  if (source.kind === "nullable" && target.kind === "nullable") return sameLayout(ctx, source.of, target.of);
  if (target.kind === "nullable") return !isScalar(target.of) && sameLayout(ctx, source, target.of);
  if (source.kind === "array" && target.kind === "array" && source.item === NO_ITEM) return true;
  if (source.kind === "array" && target.kind === "array") return sameLayout(ctx, source.item, target.item);
  if (source.kind === "class" && target.kind === "class")
    return isSubclass(ctx, source, target) && !isInterface(target);
  return false;
}

function isInterface(rep: Rep & { kind: "class" }): boolean {
  return rep.symbol.valueDeclaration === undefined;
}

/** The class or one of its bases is the other. */
export function isSubclass(ctx: Context, source: Rep & { kind: "class" }, target: Rep & { kind: "class" }): boolean {
  const bases = (type: ts.Type): ts.Type[] => [type, ...(type.getBaseTypes() ?? []).flatMap(bases)];
  return bases(ctx.job.checker.getDeclaredTypeOfSymbol(source.symbol)).some((t) => t.symbol === target.symbol);
}

/** What is in a value that is known not to be null. */
export function unwrapped(ctx: Context, value: Value): Value {
  if (value.rep.kind !== "nullable") return value;
  const of = value.rep.of;
  const held = `changetype<${typeText(ctx, { kind: "nullable", of, absent: "null" }).replace(/ \| null$/, "")}>`;
  return { rep: of, code: isScalar(of) ? code`${held}(${value.code}).value` : code`${held}(${value.code})` };
}

/** What is in a value that must not be null: where it is, the record ends with an error at the node. */
export function required(ctx: Context, node: ts.Node, value: Value): Value {
  if (value.rep.kind !== "nullable") return value;
  const held = temporary(ctx, value.rep);
  const type = typeText(ctx, value.rep).replace(/ \| null$/, "");
  const checked = code`((${held} = ${value.code}) !== null ? ${held} : __l.missing<${type}>(${place(ctx, node)}))`;
  return unwrapped(ctx, { code: checked, rep: value.rep });
}

/** A function of the wanted signature that calls the given one. The given closure itself is the environment. */
function adapted(
  ctx: Context,
  given: Code,
  source: Rep & { kind: "function" },
  target: Rep & { kind: "function" },
  node: ts.Node,
): Code {
  const names = target.parameters.map((_, i) => `a${i}`);
  const parameters = target.parameters.map((p, i) => `, a${i}: ${typeText(ctx, p)}`).join("");
  const inner: Context = { ...ctx, fn: { node: undefined, result: target.result, temporaries: [], turns: [] } };
  const passed = source.parameters.map((wanted, i) => {
    const rep = target.parameters[i];
    return code`, ${convert(inner, rep === undefined ? { code: "null", rep: NULL } : { code: names[i] as string, rep }, wanted, node)}`;
  });
  const closure = `__l.Closure<${functionText(ctx, source)}>`;
  const call = code`c.fn(c.env${passed})`;
  const result =
    target.result.kind === "void"
      ? code`${call};`
      : code`return (${convert(inner, { code: call, rep: source.result }, target.result, node)});`;
  const body = code`const c = changetype<${closure}>(__env); ${(inner.fn.temporaries ?? []).join(" ")} ${result}`;
  const fn = code`(__env: usize${parameters}): ${typeText(ctx, target.result)} => { ${body} }`;
  return code`new __l.Closure<${functionText(ctx, target)}>(changetype<usize>(${given}), ${fn})`;
}

/** As a condition: JavaScript's truth value. */
export function truthy(ctx: Context, value: Value, node: ts.Node): Code {
  const { rep } = value;
  switch (rep.kind) {
    case "boolean":
      return value.code;
    case "number":
    case "bigint":
    case "string":
      return code`__js.truthy<${typeText(ctx, rep)}>(${value.code})`;
    case "nullable": {
      if (!isScalar(rep.of) && rep.of.kind !== "string" && rep.of.kind !== "mixed") return code`(${value.code} !== null)`;
      const held = temporary(ctx, rep);
      const inner = truthy(ctx, unwrapped(ctx, { code: held, rep }), node);
      return code`((${held} = ${value.code}) !== null && ${inner})`;
    }
    case "mixed":
      return code`__js.mixed_truthy(${value.code})`;
    case "null":
      return "false";
    case "void":
      return code`(${value.code}, false)`;
    case "never":
      return code`(${value.code}, __l.never<bool>())`;
    default:
      return code`(changetype<usize>(${value.code}) != 0)`;
  }
}

/** As text, as JavaScript's String(x) makes it. */
export function text(ctx: Context, value: Value, node: ts.Node): Code {
  const { rep } = value;
  switch (rep.kind) {
    case "string":
      return value.code;
    case "number":
    case "boolean":
    case "bigint":
      return code`__js.str<${typeText(ctx, rep)}>(${value.code})`;
    case "mixed":
      if (rep.of.some((member) => !isPrimitive(member) && !(member.kind === "class" && isErrorClass(ctx, member.symbol)))) break;
      return code`__js.mixed_text(${value.code}, ${place(ctx, node)})`;
    case "null":
      return '"null"';
    case "never":
      return "__l.never<string>()";
    case "nullable": {
      if (rep.absent === "both")
        return refuse(
          ctx,
          node,
          "LF102",
          `'${describe(rep)}' is written as null or as undefined, which a job cannot tell apart`,
          'give a default: x ?? "none"',
        );
      const held = temporary(ctx, rep);
      const inner = text(ctx, unwrapped(ctx, { code: held, rep }), node);
      return code`((${held} = ${value.code}) !== null ? ${inner} : "${rep.absent}")`;
    }
    case "array":
      elementText(ctx, rep.item, node);
      return code`__js.array_toString<${typeText(ctx, rep.item)}>(${value.code})`;
    case "record":
      if (!rep.record.tuple || rep.record.open) break;
      for (const field of rep.record.fields) elementText(ctx, field.rep, node);
      return code`(${value.code}).toString()`;
    case "date":
      return refuse(ctx, node, "LF316", "a Date as text is written in the zone of the machine", "use toISOString()");
    case "regexp":
      return code`(${value.code}).toString()`;
    case "class":
      if (hasToString(ctx, rep)) return code`(${value.code}).toString()`;
      break;
    default:
  }
  return refuse(ctx, node, "LF316", `a value of type '${describe(rep)}' cannot become text`);
}

/** Refuses elements whose text a job does not write as JavaScript does. */
export function elementText(ctx: Context, rep: Rep, node: ts.Node): void {
  const of = present(rep);
  const isObject = (of.kind === "record" && !of.record.tuple) || (of.kind === "class" && !hasToString(ctx, of));
  if (!isObject) text(ctx, { code: "", rep: of }, node);
}

function hasToString(ctx: Context, rep: Rep & { kind: "class" }): boolean {
  const type = ctx.job.checker.getDeclaredTypeOfSymbol(rep.symbol);
  if (isErrorClass(ctx, rep.symbol)) return true;
  return ctx.job.checker.getPropertiesOfType(type).some((p) => p.name === "toString");
}
