// Calls: who is called decides how. The user's functions and methods are called directly, function values through their
// closure, built-ins through `assembly/js/`, lightflus-api through `assembly/`.
import ts from "typescript-compiler-api";
import { method as builtinMethod } from "../builtins.ts";
import { Refused } from "../diagnostics.ts";
import { functionOfConst, isTopLevel, symbolOf } from "../scopes.ts";
import { NULL, VOID, describe, fieldOf, orMissing, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { familyOf, memberRep, propertyOn } from "./access.ts";
import { apiCall, apiStaticCall } from "./api_calls.ts";
import { arrayOf, filledArray, tupleAsArray } from "./arrays.ts";
import { consoleCall, globalCall, methodCall, staticCall } from "./builtin_calls.ts";
import { globalName, localName, refuse, repOf, temporary, typeText, unitPrefix } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert } from "./convert.ts";
import { into, marked } from "./dispatch.ts";
import { parameterReps, resultRep } from "./functions.ts";
import { declaringClass, substitutionOfMember } from "./inheritance.ts";

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
  if (ts.isPropertyAccessExpression(callee)) {
    const withoutReceiver =
      promiseCall(ctx, node, callee) ?? filledArray(ctx, node, callee, target) ?? staticOwnerCall(ctx, node, callee);
    return withoutReceiver ?? callOn(ctx, node, callee, marked(ctx, callee.expression));
  }
  const symbol = ts.isIdentifier(callee) ? symbolOf(ctx.job.checker, callee) : undefined;
  if (symbol !== undefined && ctx.job.program.isLibrary(symbol))
    return globalCall(ctx, node, (callee as ts.Identifier).text);
  if (symbol !== undefined && ctx.job.program.isApi(symbol)) throw new Refused("reported at the import");
  const direct = symbol && directFunction(symbol);
  if (symbol !== undefined && direct !== undefined) return directCall(ctx, node, symbol, direct);
  return closureCall(ctx, node, marked(ctx, callee));
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

/** What the type parameters of a generic callee stand for in this call. */
function typeArgumentsOf(
  ctx: Context,
  node: ts.CallExpression | ts.NewExpression,
  declaration: ts.SignatureDeclaration,
): Rep[] {
  if (declaration.typeParameters === undefined) return [];
  const signature = ctx.job.checker.getResolvedSignature(node);
  const types = signature === undefined ? [] : typeArgumentsForSignature(ctx.job.checker, signature);
  return types.map((t) => repOf(ctx, t, node));
}

/** Explicit or inferred type arguments of a resolved call. */
export function typeArgumentsForSignature(checker: ts.TypeChecker, signature: ts.Signature): readonly ts.Type[] {
  return (
    (
      checker as ts.TypeChecker & {
        getTypeArgumentsForResolvedSignature(s: ts.Signature): readonly ts.Type[] | undefined;
      }
    ).getTypeArgumentsForResolvedSignature(signature) ?? []
  );
}

/** The arguments, each as its parameter wants it. */
export function passArguments(
  ctx: Context,
  node: ts.CallExpression | ts.NewExpression,
  declaration: ts.SignatureDeclaration | undefined,
  reps: readonly Rep[],
): Code {
  const given = withoutTrailingUndefined(node.arguments ?? [], declaration);
  const last = declaration?.parameters.at(-1);
  const rest = last?.dotDotDotToken === undefined ? undefined : reps.at(-1);
  const fixed = rest === undefined ? given : given.slice(0, reps.length - 1);
  const passed = fixed.flatMap((argument, i): Code[] => {
    if (ts.isSpreadElement(argument)) return spreadTuple(ctx, argument, reps.slice(i));
    if (isUndefined(argument) && declaration?.parameters[i]?.initializer !== undefined) {
      return refuse(
        ctx,
        argument,
        "LF319",
        "'undefined' in front of other arguments is not supported",
        "pass the default value",
      );
    }
    return [into(ctx, argument, reps[i] ?? NULL)];
  });
  if (rest !== undefined && rest.kind === "array")
    passed.push(arrayOf(ctx, node, given.slice(reps.length - 1), rest.item));
  return separated(passed, ", ");
}

/** `f(...tuple)`: its elements, one by one. */
function spreadTuple(ctx: Context, node: ts.SpreadElement, reps: readonly Rep[]): Code[] {
  const value = marked(ctx, node.expression);
  if (value.rep.kind !== "record" || !value.rep.record.tuple)
    return refuse(ctx, node, "LF315", "spread arguments are supported only for a rest parameter, or from a tuple");
  const held = temporary(ctx, value.rep);
  return value.rep.record.fields.map((field, i) => {
    const read = i === 0 ? code`(${held} = ${value.code}).${field.name}` : `${held}.${field.name}`;
    return convert(ctx, { code: read, rep: field.rep }, reps[i] ?? field.rep, node);
  });
}

/** `f(a, undefined)` is `f(a)`. */
function withoutTrailingUndefined(
  given: readonly ts.Expression[],
  declaration: ts.SignatureDeclaration | undefined,
): readonly ts.Expression[] {
  let count = given.length;
  while (
    count > 0 &&
    isUndefined(given[count - 1] as ts.Expression) &&
    declaration?.parameters[count - 1]?.initializer !== undefined
  )
    count--;
  return given.slice(0, count);
}

function isUndefined(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && node.text === "undefined";
}

/** A call of a function value: its closure's function with its environment. */
export function closureCall(ctx: Context, node: ts.CallExpression, callee: Value): Value {
  const { rep } = callee;
  if (rep.kind !== "function")
    return refuse(ctx, node, "LF302", `a value of type '${describe(rep)}' cannot be called in a job`);
  const held = temporary(ctx, rep);
  const given = node.arguments;
  const passed = rep.parameters.map((wanted, i) => {
    const argument = given[i];
    const value =
      argument === undefined ? convert(ctx, { code: "null", rep: NULL }, wanted, node) : into(ctx, argument, wanted);
    return code`, ${value}`;
  });
  return { code: code`(${held} = ${callee.code}).fn(${held}.env${passed})`, rep: rep.result };
}

/** `super(...)` in a constructor. */
function superCall(ctx: Context, node: ts.CallExpression): Value {
  const declaration = ctx.job.checker.getResolvedSignature(node)?.declaration as ts.SignatureDeclaration | undefined;
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
): Value | undefined {
  if (!ts.isIdentifier(callee.expression)) return undefined;
  const owner = symbolOf(ctx.job.checker, callee.expression);
  if (owner === undefined) return undefined;
  if (ctx.job.program.isLibrary(owner)) {
    return owner.name === "console"
      ? consoleCall(ctx, node, callee.name.text)
      : staticCall(ctx, node, owner.name, callee.name.text);
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

/** A static method that is generic, or of a generic class: a function of its own for each choice of its type arguments. */
function genericStatic(ctx: Context, node: ts.CallExpression, declaration: ts.MethodDeclaration): Value {
  const args = declaration.typeParameters === undefined ? [VOID] : typeArgumentsOf(ctx, node, declaration);
  const unit = ctx.job.unitOf(declaration, args);
  const inside: Context = { ...ctx, substitution: unit.instance?.substitution ?? ctx.substitution };
  const passed = passArguments(ctx, node, declaration, parameterReps(inside, declaration));
  return {
    code: code`${unitPrefix(ctx, unit)}${localName(declaration.name.getText())}(${passed})`,
    rep: resultRep(inside, declaration),
  };
}

function namespaceCall(ctx: Context, node: ts.CallExpression, callee: ts.PropertyAccessExpression): Value {
  const symbol = symbolOf(ctx.job.checker, callee.name);
  const direct = symbol && directFunction(symbol);
  if (symbol !== undefined && direct !== undefined) return directCall(ctx, node, symbol, direct);
  return closureCall(ctx, node, marked(ctx, callee));
}

/** A method of a receiver that is there already. */
export function callOn(
  ctx: Context,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  receiver: Value,
): Value {
  const { rep } = receiver;
  if (rep.kind === "api") return apiCall(ctx, node, callee, receiver);
  const family = familyOf(rep);
  if (family !== undefined) return methodCall(ctx, node, callee.name.text, family, receiver);
  if (rep.kind === "class") return classMethod(ctx, node, callee, receiver);
  if (rep.kind === "record" && fieldOf(rep.record, callee.name.text) !== undefined)
    return closureCall(ctx, node, propertyOn(ctx, callee, receiver));
  if (rep.kind === "record" && rep.record.tuple) return tupleMethod(ctx, node, callee.name.text, receiver, rep);
  if (rep.kind === "nullable")
    return refuse(ctx, callee, "LF319", `this may be ${orMissing(rep.absent)}`, "test it first, or use ?. and ??");
  return refuse(ctx, callee.name, "LF302", `'${callee.name.text}' of '${describe(rep)}' is not supported in a job`);
}

/** A method of arrays on a tuple: on an array of its elements, so nothing may be changed by it. */
function tupleMethod(
  ctx: Context,
  node: ts.CallExpression,
  name: string,
  receiver: Value,
  rep: Rep & { kind: "record" },
): Value {
  const list = tupleAsArray(ctx, node, receiver, rep);
  const answer = builtinMethod("array", name, { count: node.arguments.length, spread: false });
  if ("builtin" in answer && answer.builtin.mutates)
    refuse(ctx, node, "LF302", `'${name}' would change a tuple, which is not supported in a job`, "use an array");
  return methodCall(ctx, node, name, "array", list);
}

function classMethod(
  ctx: Context,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  receiver: Value,
): Value {
  const member = ctx.job.checker.getSymbolAtLocation(callee.name);
  const declaration = (member?.declarations ?? []).find((d) => ts.isMethodDeclaration(d) || ts.isMethodSignature(d));
  if (member === undefined)
    return refuse(ctx, callee.name, "LF302", `'${callee.name.text}' is not a method of the job's classes`);
  if (declaration === undefined)
    return closureCall(ctx, node, {
      code: code`${receiver.code}.${localName(callee.name.text)}`,
      rep: memberRep(ctx, receiver, member, node),
    });
  const signature = declaration as ts.MethodDeclaration;
  if (signature.typeParameters !== undefined) return genericMethod(ctx, node, callee, receiver, signature);
  const owner: Context =
    receiver.rep.kind === "class" ? { ...ctx, substitution: substitutionOfMember(ctx, receiver.rep, signature) } : ctx;
  const passed = passArguments(ctx, node, signature, parameterReps(owner, signature));
  const called = code`${receiver.code}${from(callee.name, `.${localName(callee.name.text)}`)}(${passed})`;
  const result = resultRep(owner, signature);
  const isThis = returnsThis(ctx, signature) && !sameRep(result, receiver.rep);
  return isThis
    ? { code: code`changetype<${typeText(ctx, receiver.rep)}>(${called})`, rep: receiver.rep }
    : { code: called, rep: result };
}

/** A generic method: the class has one text for each choice of its type arguments. */
function genericMethod(
  ctx: Context,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  receiver: Value,
  declaration: ts.MethodDeclaration,
): Value {
  const isPlain = declaration.body !== undefined && receiver.rep.kind === "class" && receiver.code !== "super";
  if (!isPlain || receiver.rep.kind !== "class")
    return refuse(
      ctx,
      node,
      "LF109",
      "a generic method without a body, or called on super, is not supported in a job",
      "make it a function",
    );
  const holder = declaringClass(ctx, receiver.rep, declaration);
  const { name, substitution } = ctx.job.genericMethod(holder, declaration, typeArgumentsOf(ctx, node, declaration));
  const inside: Context = { ...ctx, substitution };
  const passed = passArguments(ctx, node, declaration, parameterReps(inside, declaration));
  return {
    code: code`${receiver.code}${from(callee.name, `.${name}`)}(${passed})`,
    rep: resultRep(inside, declaration),
  };
}

/** A method that answers `this`, for chains of calls: of the type on which it was called. */
function returnsThis(ctx: Context, node: ts.SignatureDeclaration): boolean {
  const type = ctx.job.checker.getSignatureFromDeclaration(node)?.getReturnType() as
    (ts.Type & { isThisType?: boolean }) | undefined;
  return type?.isThisType === true;
}
