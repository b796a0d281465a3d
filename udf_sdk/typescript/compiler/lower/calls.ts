// Calls: who is called decides how. The user's functions and methods are called directly, function values through their
// closure, built-ins through `assembly/js/`, lightflus-api through `assembly/`.
import ts from "typescript-compiler-api";
import { Refused } from "../diagnostics.ts";
import { functionOfConst, isTopLevel, symbolOf } from "../scopes.ts";
import { HELPERS } from "../api_table.ts";
import { NULL, NUMBER, describe, isUnknown } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, separated } from "../writer.ts";
import { apiStaticCall } from "./api_calls.ts";
import { isUndefined, passArguments, typeArgumentsOf } from "./arguments.ts";
import { arrayOf, filledArray } from "./arrays.ts";
import { consoleCall, globalCall, staticCall } from "./builtin_calls.ts";
import { globalName, localName, refuse, repOf, temporary } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, missing } from "./convert.ts";
import { objectCall } from "./dicts.ts";
import { into, marked } from "./dispatch.ts";
import { errorArguments, isForErrorsOnly, isLibraryError, newError } from "./errors.ts";
import { joinedLiteral } from "./joins.ts";
import { jsonCall } from "./json.ts";
import { newPattern } from "./patterns.ts";
import { parameterReps } from "./parameters.ts";
import { resultRep } from "./functions.ts";
import { substitutionOfMember } from "./inheritance.ts";
import { callOn, genericStatic } from "./method_calls.ts";
import { refuseHoles } from "./new.ts";

/** `f(...)`, `a.f(...)`. */
export function call(ctx: Context, node: ts.CallExpression, target: Rep | undefined): Value {
  const callee = node.expression;
  if (callee.kind === ts.SyntaxKind.SuperKeyword) return superCall(ctx, node);
  if (callee.kind === ts.SyntaxKind.ImportKeyword)
    return refuse(
      ctx,
      node,
      "LF302",
      "import(...) is not supported in a job",
      "write the import at the top of the file",
    );
  if (isForErrorsOnly(ctx, node)) return { code: "0", rep: { kind: "void" } };
  if (ts.isPropertyAccessExpression(callee)) {
    const withoutReceiver =
      jsonCall(ctx, node, callee, target) ??
      promiseCall(ctx, node, callee) ??
      filledArray(ctx, node, callee, target) ??
      joinedLiteral(ctx, node, callee) ??
      staticOwnerCall(ctx, node, callee, target);
    return withoutReceiver ?? callOn(ctx, node, callee, marked(ctx, callee.expression));
  }
  const symbol = ts.isIdentifier(callee) ? symbolOf(ctx.job.checker, callee) : undefined;
  if (symbol?.name === "Array" && ctx.job.program.isLibrary(symbol)) return refuseHoles(ctx, node);
  if (symbol?.name === "RegExp" && ctx.job.program.isLibrary(symbol)) return newPattern(ctx, node);
  if (symbol !== undefined && isLibraryError(ctx, symbol)) return newError(ctx, node, symbol);
  if (symbol !== undefined && ctx.job.program.isLibrary(symbol))
    return globalCall(ctx, node, (callee as ts.Identifier).text);
  if (symbol !== undefined && ctx.job.program.isApi(symbol) && HELPERS.has(symbol.name)) return helperCall(ctx, node, symbol);
  if (symbol !== undefined && ctx.job.program.isApi(symbol)) throw new Refused("reported at the import");
  const direct = symbol && directFunction(symbol);
  if (symbol !== undefined && direct !== undefined) return directCall(ctx, node, symbol, direct);
  return closureCall(ctx, node, marked(ctx, callee));
}

/** `minutes(1)`. */
function helperCall(ctx: Context, node: ts.CallExpression, symbol: ts.Symbol): Value {
  return { code: code`__lf.${symbol.name}(${separated(node.arguments.map((a) => into(ctx, a, NUMBER)), ", ")})`, rep: NUMBER };
}

/** A function of the top level that is called by its name. */
function directFunction(symbol: ts.Symbol): ts.SignatureDeclaration | undefined {
  const declaration = implementationOf(symbol);
  if (declaration === undefined || !isTopLevel(declaration)) return undefined;
  return ts.isFunctionDeclaration(declaration) ? declaration : functionOfConst(declaration);
}

function implementationOf(symbol: ts.Symbol): ts.Declaration | undefined {
  return (
    symbol.declarations?.find((d) => ts.isFunctionDeclaration(d) && d.body !== undefined) ?? symbol.valueDeclaration
  );
}

function directCall(
  ctx: Context,
  node: ts.CallExpression,
  symbol: ts.Symbol,
  declaration: ts.SignatureDeclaration,
): Value {
  const args = typeArgumentsOf(ctx, node, declaration);
  const callee = calleeContext(ctx, symbol, declaration, args);
  const passed = passArguments(ctx, node, declaration, parameterReps(callee, declaration));
  return { code: code`${globalName(ctx, symbol, args)}(${passed})`, rep: resultRep(callee, declaration) };
}

/** The context in which the callee's own types are read. */
function calleeContext(
  ctx: Context,
  symbol: ts.Symbol,
  declaration: ts.SignatureDeclaration,
  args: readonly Rep[],
): Context {
  const substitution =
    args.length === 0
      ? new Map()
      : ctx.job.unitOf(implementationOf(symbol) ?? declaration, args).instance?.substitution;
  return args.length === 0 ? ctx : { ...ctx, substitution: substitution ?? new Map() };
}

/** A call of a function value: its closure's function with its environment. */
export function closureCall(ctx: Context, node: ts.CallExpression, callee: Value): Value {
  const { rep } = callee;
  if (rep.kind !== "function")
    return refuse(ctx, node, "LF302", `a value of type '${describe(rep)}' cannot be called in a job`);
  const held = temporary(ctx, rep);
  const given = node.arguments;
  const declaration = ctx.job.checker.getResolvedSignature(node)?.declaration as ts.SignatureDeclaration | undefined;
  const passed = rep.parameters.map((wanted, i) => {
    const argument = given[i];
    if (declaration?.parameters[i]?.dotDotDotToken !== undefined && wanted.kind === "array")
      return code`, ${arrayOf(ctx, node, given.slice(i), wanted.item)}`;
    const value =
      argument === undefined && isUnknown(wanted) ? missing(ctx, wanted) : argument === undefined ? convert(ctx, { code: "null", rep: NULL }, wanted, node) : into(ctx, argument, wanted);
    return code`, ${value}`;
  });
  return { code: code`(${held} = ${callee.code}).fn(${held}.env${passed})`, rep: rep.result };
}

/** `super(...)` in a constructor. */
function superCall(ctx: Context, node: ts.CallExpression): Value {
  const declaration = ctx.job.checker.getResolvedSignature(node)?.declaration as ts.SignatureDeclaration | undefined;
  if (declaration !== undefined && ctx.job.program.isLibrary((declaration as unknown as { symbol: ts.Symbol }).symbol))
    return { code: code`super(${errorArguments(ctx, node)})`, rep: { kind: "void" } };
  const own = repOf(ctx, ctx.job.checker.getTypeAtLocation(node.expression), node);
  const substitution =
    declaration !== undefined && own.kind === "class" ? substitutionOfMember(ctx, own, declaration) : ctx.substitution;
  const reps = declaration === undefined ? [] : parameterReps({ ...ctx, substitution }, declaration);
  return { code: code`super(${passArguments(ctx, node, declaration, reps)})`, rep: { kind: "void" } };
}

/** `.then()`, `.catch(...)`, `.finally()` of what is a promise in TypeScript: nothing waits in a job. */
function promiseCall(ctx: Context, node: ts.CallExpression, callee: ts.PropertyAccessExpression): Value | undefined {
  const type = ctx.job.checker.getTypeAtLocation(callee.expression);
  if (type.symbol?.name !== "Promise" || !ctx.job.program.isLibrary(type.symbol)) return undefined;
  const hasCode = callee.name.text !== "catch" && node.arguments.some((a) => !isUndefined(a));
  if (hasCode) return refuse(ctx, node, "LF209", `.${callee.name.text}(...) would run before the job does`);
  return marked(ctx, callee.expression);
}

/** `Class.method()`, `Math.max()`, `Kafka.builder()`, `namespace.f()`. */
function staticOwnerCall(
  ctx: Context,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  target: Rep | undefined,
): Value | undefined {
  if (!ts.isIdentifier(callee.expression)) return undefined;
  const owner = symbolOf(ctx.job.checker, callee.expression);
  if (owner === undefined) return undefined;
  if (ctx.job.program.isLibrary(owner)) {
    return owner.name === "console"
      ? consoleCall(ctx, node, callee.name.text)
      : ((owner.name === "Object" ? objectCall(ctx, node, callee.name.text, target) : undefined) ?? staticCall(ctx, node, owner.name, callee.name.text));
  }
  if (ctx.job.program.isApi(owner) && owner.flags & ts.SymbolFlags.Class)
    return apiStaticCall(ctx, node, owner, callee);
  if (owner.flags & ts.SymbolFlags.ValueModule) return namespaceCall(ctx, node, callee);
  if (!(owner.flags & ts.SymbolFlags.Class) || owner.flags & ts.SymbolFlags.Variable) return undefined;
  const member = ctx.job.checker.getSymbolAtLocation(callee.name);
  const declaration = member?.valueDeclaration;
  if (declaration === undefined || !ts.isMethodDeclaration(declaration)) return undefined;
  const isGeneric =
    declaration.typeParameters !== undefined ||
    (declaration.parent as ts.ClassDeclaration).typeParameters !== undefined;
  if (isGeneric) return genericStatic(ctx, node, declaration);
  const passed = passArguments(ctx, node, declaration, parameterReps(ctx, declaration));
  return {
    code: code`${globalName(ctx, owner)}.${localName(callee.name.text)}(${passed})`,
    rep: resultRep(ctx, declaration),
  };
}

function namespaceCall(ctx: Context, node: ts.CallExpression, callee: ts.PropertyAccessExpression): Value {
  const symbol = symbolOf(ctx.job.checker, callee.name);
  const direct = symbol && directFunction(symbol);
  if (symbol !== undefined && direct !== undefined) return directCall(ctx, node, symbol, direct);
  return closureCall(ctx, node, marked(ctx, callee));
}
