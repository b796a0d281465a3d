// Methods of a receiver that is there already: built-in, of lightflus-api, of the user's classes (generic ones once per instantiation).
import ts from "typescript-compiler-api";
import { method as builtinMethod } from "../builtins.ts";
import { STRING, VOID, describe, fieldOf, orMissing, sameRep } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from } from "../writer.ts";
import { familyOf, memberRep, propertyOn } from "./access.ts";
import { apiCall } from "./api_calls.ts";
import { passArguments, typeArgumentsOf } from "./arguments.ts";
import { tupleAsArray } from "./arrays.ts";
import { methodCall } from "./builtin_calls.ts";
import { closureCall } from "./calls.ts";
import { localName, refuse, typeText, unitPrefix } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { text } from "./convert.ts";
import { narrowed } from "./names.ts";
import { dictMethod, dictRead } from "./dicts.ts";
import { matchTexts } from "./matches.ts";
import { parameterReps } from "./parameters.ts";
import { resultRep } from "./functions.ts";
import { declaringClass, substitutionOfMember } from "./inheritance.ts";

/** A static method that is generic, or of a generic class: a function of its own for each choice of its type arguments. */
export function genericStatic(ctx: Context, node: ts.CallExpression, declaration: ts.MethodDeclaration): Value {
  const args = declaration.typeParameters === undefined ? [VOID] : typeArgumentsOf(ctx, node, declaration);
  const unit = ctx.job.unitOf(declaration, args);
  const inside: Context = { ...ctx, substitution: unit.instance?.substitution ?? ctx.substitution };
  const passed = passArguments(ctx, node, declaration, parameterReps(inside, declaration));
  return {
    code: code`${unitPrefix(ctx, unit)}${localName(declaration.name.getText())}(${passed})`,
    rep: resultRep(inside, declaration),
  };
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
  if (rep.kind === "dict" && rep.value.kind === "function") return closureCall(ctx, node, dictRead(ctx, callee, receiver, false));
  if (rep.kind === "dict") return dictMethod(ctx, node, callee.name.text, receiver);
  if (rep.kind === "mixed" && callee.name.text === "toString" && node.arguments.length === 0) return { code: text(ctx, receiver, node), rep: STRING };
  if (rep.kind === "match") return matchMethod(ctx, node, callee.name.text, receiver);
  const family = familyOf(rep);
  if (family !== undefined) return methodCall(ctx, node, callee.name.text, family, receiver);
  if (rep.kind === "class") return classMethod(ctx, node, callee, receiver);
  if (rep.kind === "record" && fieldOf(rep.record, callee.name.text) !== undefined)
    return closureCall(ctx, node, narrowed(ctx, callee, propertyOn(ctx, callee, receiver)));
  if (rep.kind === "record" && rep.record.tuple) return tupleMethod(ctx, node, callee.name.text, receiver, rep);
  if (rep.kind === "mixed") return refuse(ctx, callee.name, "LF103", `'${describe(rep)}' is asked what it is before '${callee.name.text}' of it is called in a job`, "test it with typeof, instanceof, Array.isArray or in");
  if (rep.kind === "nullable")
    return refuse(ctx, callee, "LF319", `this may be ${orMissing(rep.absent)}`, "test it first, or use ?. and ??");
  return refuse(ctx, callee.name, "LF302", `'${callee.name.text}' of '${describe(rep)}' is not supported in a job`);
}

/** A method of arrays on a match: on its texts, which are all there then. */
function matchMethod(ctx: Context, node: ts.CallExpression, name: string, receiver: Value): Value {
  const answer = builtinMethod("array", name, { count: node.arguments.length, spread: false });
  if ("builtin" in answer && answer.builtin.mutates)
    refuse(ctx, node, "LF302", `'${name}' would change a match, which is not supported in a job`, "change a copy: [...match]");
  return methodCall(ctx, node, name, "array", matchTexts(ctx, node, receiver));
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
    return closureCall(
      ctx,
      node,
      narrowed(ctx, callee, {
        code: code`${receiver.code}.${localName(callee.name.text)}`,
        rep: memberRep(ctx, receiver, member, node),
      }),
    );
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
