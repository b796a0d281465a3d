// Classes: fields, constructors, methods, accessors, static members, inheritance; interfaces that classes implement. Classes that
// can be records get the record methods.
import ts from "typescript-compiler-api";
import { VOID } from "../types.ts";
import type { Rep } from "../types.ts";
import { recordMethods } from "../records.ts";
import { symbolOf } from "../scopes.ts";
import { code, from } from "../writer.ts";
import type { Code } from "../writer.ts";
import { classNameMethod, isLibraryError } from "./errors.ts";
import { accessorName, constructorMember, field } from "./constructors.ts";
import { localName, refuse, repOf, repOfSymbol, typeText } from "./context.ts";
import type { Context } from "./context.ts";
import { checkFunction, functionBody, functionContext, resultRep } from "./functions.ts";
import { checkGeneric, checkKind, checkOverride, checkPrivate, padding } from "./overrides.ts";
import { directParameters, parameterReps } from "./parameters.ts";
import { guarded } from "./statements.ts";

/** A class of the top level. */
export function classDeclaration(ctx: Context, node: ts.ClassDeclaration): Code {
  if (ts.getDecorators(node)?.length) refuse(ctx, node, "LF321", "decorators are not supported in a job");
  const bases = heritage(ctx, node);
  const members = node.members.map((member) => guarded(ctx, member, () => from(member, classMember(ctx, member))));
  const type = ctx.job.checker.getTypeAtLocation(node);
  const isAbstract = node.modifiers?.some((m) => m.kind === ts.SyntaxKind.AbstractKeyword) ? "abstract " : "";
  const rep = repOf(ctx, type, node);
  const isRecord = rep.kind === "class" && ctx.job.classNotPortable(ctx, rep) === undefined;
  const methods = isRecord ? recordMethods(fieldsOf(ctx, rep).map((f) => ({ ...f, type: typeText(ctx, f.rep) }))) : "";
  const generic = rep.kind === "class" ? ctx.job.genericMethodsOf(rep) : [];
  const json = rep.kind === "class" && ctx.job.usesJson ? ctx.job.classJson(rep).method : "";
  return code`export ${isAbstract}class ${localName(node.name?.text ?? "__default")}${bases} {${members} ${methods} ${json}${classNameMethod(ctx, node)} ${generic}}`;
}

function heritage(ctx: Context, node: ts.ClassDeclaration): string {
  let text = "";
  for (const clause of node.heritageClauses ?? []) {
    const names = clause.types.map((t) => {
      const base = symbolOf(ctx.job.checker, t.expression);
      if (base !== undefined && ctx.job.program.isLibrary(base) && !isLibraryError(ctx, base)) refuseBuiltinBase(ctx, t);
      const rep = repOf(ctx, ctx.job.checker.getTypeAtLocation(t), t);
      if (rep.kind !== "class") return refuse(ctx, t, "LF323", `'${t.getText()}' cannot be extended in a job`);
      return typeText(ctx, rep);
    });
    text += clause.token === ts.SyntaxKind.ExtendsKeyword ? ` extends ${names[0]}` : ` implements ${names.join(", ")}`;
  }
  return text;
}

function refuseBuiltinBase(ctx: Context, node: ts.ExpressionWithTypeArguments): never {
  const name = node.expression.getText();
  return refuse(ctx, node, "LF323", `'${name}' is built in and cannot be extended in a job`, name.endsWith("Error") ? "extend Error" : undefined);
}

/** The instance fields of a class with its bases', in the order in which an object gets them: what its constructor declares first. */
export function fieldsOf(ctx: Context, rep: Rep & { kind: "class" }): { name: string; column: string; rep: Rep }[] {
  const { checker } = ctx.job;
  const inside: Context = { ...ctx, substitution: ctx.job.substitutionOf(rep) };
  const type = checker.getDeclaredTypeOfSymbol(rep.symbol);
  return checker
    .getPropertiesOfType(type)
    .filter((p) => p.flags & ts.SymbolFlags.Property)
    .sort((a, b) => Number(isParameter(b)) - Number(isParameter(a)))
    .map((p) => ({
      name: localName(p.name),
      column: p.name,
      rep: repOfSymbol(inside, p, rep.symbol.valueDeclaration as ts.Declaration),
    }));
}

function isParameter(field: ts.Symbol): boolean {
  return field.valueDeclaration !== undefined && ts.isParameter(field.valueDeclaration);
}

function classMember(ctx: Context, node: ts.ClassElement): Code {
  if (isStatic(node) !== "") refuseStaticThis(ctx, node, node);
  checkPrivate(ctx, node);
  if (ts.isPropertyDeclaration(node)) return property(ctx, node);
  if (ts.isConstructorDeclaration(node)) return constructorMember(ctx, node);
  if (ts.isMethodDeclaration(node)) return methodMember(ctx, node);
  if (ts.isGetAccessorDeclaration(node)) return getter(ctx, node);
  if (ts.isSetAccessorDeclaration(node)) return setter(ctx, node);
  if (ts.isSemicolonClassElement(node)) return "";
  return refuse(ctx, node, "LF314", "this class member is not supported in a job");
}

/** `this` in a static member is the class on which it is called, and that may be a derived one. */
function refuseStaticThis(ctx: Context, member: ts.ClassElement, node: ts.Node): void {
  const owner = ctx.job.checker.getTypeAtLocation(member.parent).symbol;
  if (node.kind === ts.SyntaxKind.ThisKeyword && ctx.job.isExtended(owner))
    refuse(ctx, node, "LF302", "'this' in a static member of a class that others extend is not supported in a job", `write ${owner.name} instead of this`);
  ts.forEachChild(node, (child) => refuseStaticThis(ctx, member, child));
}

function isStatic(node: ts.ClassElement): string {
  return ts.canHaveModifiers(node) && node.modifiers?.some((m) => m.kind === ts.SyntaxKind.StaticKeyword)
    ? "static "
    : "";
}

function memberName(ctx: Context, node: ts.ClassElement): string {
  const { name } = node;
  if (name !== undefined && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))) return localName(name.text);
  return refuse(ctx, node, "LF307", "a computed or quoted member name is not supported in a job", "use a plain name");
}

function property(ctx: Context, node: ts.PropertyDeclaration): Code {
  if (isStatic(node) !== "" && (node.parent as ts.ClassDeclaration).typeParameters !== undefined) {
    refuse(
      ctx,
      node,
      "LF314",
      "a static field of a generic class is not supported in a job",
      "make it a const of the file",
    );
  }
  if (containsFunction(node.initializer))
    refuse(
      ctx,
      node,
      "LF314",
      "a function as a field's initial value is not supported in a job",
      "write it as a method",
    );
  const symbol = ctx.job.checker.getSymbolAtLocation(node.name);
  if (symbol === undefined) return refuse(ctx, node, "LF314", "this class member is not supported in a job");
  const rep = repOfSymbol(ctx, symbol, node);
  checkKind(ctx, node);
  return code`${isStatic(node)}${field(ctx, node, memberName(ctx, node), rep)}`;
}

function containsFunction(node: ts.Node | undefined): boolean {
  if (node === undefined) return false;
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.forEachChild(node, containsFunction) === true;
}

/** A method; a generic one is lowered when it is called, once per instantiation (generic_methods.ts). */
function methodMember(ctx: Context, node: ts.MethodDeclaration): Code {
  if (node.typeParameters !== undefined) checkGeneric(ctx, node);
  const isGenericStatic = isStatic(node) !== "" && (node.parent as ts.ClassDeclaration).typeParameters !== undefined;
  return node.typeParameters === undefined && !isGenericStatic ? methodText(ctx, node, memberName(ctx, node)) : "";
}

/** The text of a method under a name. */
export function methodText(ctx: Context, node: ts.MethodDeclaration, name: string): Code {
  checkFunction(ctx, node);
  const isGeneric = node.typeParameters !== undefined;
  if (!isGeneric) checkOverride(ctx, node);
  const inner = functionContext(ctx, node, resultRep(ctx, node));
  const { list, prologue } = directParameters(inner, node);
  const head = code`${isStatic(node)}${name}(${list}${isGeneric ? "" : padding(ctx, node)}): ${typeText(ctx, inner.fn.result)}`;
  if (node.body === undefined) return isAbstractMember(node) ? code`abstract ${head};` : "";
  return code`${head} ${functionBody(inner, node, prologue)}`;
}

function isAbstractMember(node: ts.MethodDeclaration): boolean {
  return node.modifiers?.some((m) => m.kind === ts.SyntaxKind.AbstractKeyword) ?? false;
}

function getter(ctx: Context, node: ts.GetAccessorDeclaration): Code {
  checkKind(ctx, node);
  checkOverride(ctx, node);
  const inner = functionContext(ctx, node, resultRep(ctx, node));
  const head = code`${isStatic(node)}get ${memberName(ctx, node)}(): ${typeText(ctx, inner.fn.result)}`;
  if (node.body === undefined) return code`abstract ${head};`;
  const { prologue } = directParameters(inner, node);
  const body = functionBody(inner, node, prologue);
  if (!isSeenBySuper(ctx, node)) return code`${head} ${body}`;
  const own = accessorName(ctx, node);
  return code`${own}(): ${typeText(ctx, inner.fn.result)} ${body} ${head} { return this.${own}(); }`;
}

function setter(ctx: Context, node: ts.SetAccessorDeclaration): Code {
  const inner = functionContext(ctx, node, VOID);
  const { list, prologue } = directParameters(inner, node);
  const head = code`${isStatic(node)}set ${memberName(ctx, node)}`;
  if (node.body === undefined) return code`abstract ${head}(${list});`;
  const body = functionBody(inner, node, prologue);
  if (!isSeenBySuper(ctx, node)) return code`${head}(${list}) ${body}`;
  const own = accessorName(ctx, node);
  const type = typeText(ctx, parameterReps(ctx, node)[0] as Rep);
  return code`${own}(${list}): void ${body} ${head}(v: ${type}) { this.${own}(v); }`;
}

/** `super.x` means the base's accessor itself, whatever overrides it: that is a method of its own there. */
function isSeenBySuper(ctx: Context, node: ts.AccessorDeclaration): boolean {
  return isStatic(node) === "" && ctx.job.isExtended(ctx.job.checker.getTypeAtLocation(node.parent).symbol);
}

/** An interface that classes implement. Interfaces that only describe records need no text. */
export function interfaceDeclaration(ctx: Context, node: ts.InterfaceDeclaration): Code {
  const symbol = ctx.job.checker.getSymbolAtLocation(node.name);
  if (symbol === undefined || !ctx.job.program.isClassLike(symbol)) return "";
  const members = node.members.map((member) => {
    if (ts.isMethodSignature(member) && member.typeParameters !== undefined) return "";
    if (ts.isMethodSignature(member) && ts.isIdentifier(member.name)) {
      const list = member.parameters.map(
        (p, i) =>
          `a${i}: ${typeText(ctx, repOfSymbol(ctx, ctx.job.checker.getSymbolAtLocation(p.name) as ts.Symbol, p))}`,
      );
      return ` ${localName(member.name.text)}(${list.join(", ")}): ${typeText(ctx, resultRep(ctx, member))};`;
    }
    if (ts.isPropertySignature(member) && ts.isIdentifier(member.name)) {
      return ` ${localName(member.name.text)}: ${typeText(ctx, repOfSymbol(ctx, ctx.job.checker.getSymbolAtLocation(member.name) as ts.Symbol, member))};`;
    }
    return refuse(ctx, member, "LF314", "this member of an interface is not supported in a job");
  });
  const bases = (ctx.job.checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType).getBaseTypes() ?? [];
  const extended =
    bases.length === 0 ? "" : ` extends ${bases.map((b) => typeText(ctx, repOf(ctx, b, node))).join(", ")}`;
  return code`export interface ${localName(node.name.text)}${extended} {${members} }`;
}
