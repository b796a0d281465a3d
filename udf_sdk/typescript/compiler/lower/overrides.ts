// Methods and accessors that a base or interface has, too: parameters that are left out, and types that must be the same, since
// whoever calls the base's member does not know which of them runs.
import ts from "typescript-compiler-api";
import { describe, isScalar, present } from "../types.ts";
import type { Rep } from "../types.ts";
import { emptyText, refuse, repOf, typeText } from "./context.ts";
import type { Context } from "./context.ts";
import { resultRep } from "./functions.ts";
import { parameterReps } from "./parameters.ts";

/** What a base or interface says about a member: whose it is, what goes in and what comes out. */
interface Inherited {
  readonly owner: string;
  readonly parameters: readonly Rep[];
  readonly result: Rep;
}

type Member = ts.MethodDeclaration | ts.MethodSignature | ts.GetAccessorDeclaration;

/** Parameters that the method of a base has and this one leaves out, as text behind the method's own. */
export function padding(ctx: Context, node: ts.MethodDeclaration): string {
  const own = node.parameters.length;
  const bases = ts.isClassDeclaration(node.parent) ? inherited(ctx, node.parent, node) : [];
  const longest = bases.reduce<readonly Rep[]>((most, b) => (b.parameters.length > most.length ? b.parameters : most), []);
  return longest
    .slice(own)
    .map((rep, i) => `${own + i === 0 ? "" : ", "}__p${own + i}: ${typeText(ctx, rep)} = ${emptyText(ctx, rep)}`)
    .join("");
}

/** Refuses a member that is called in another way than that of a base. */
export function checkOverride(ctx: Context, node: ts.MethodDeclaration | ts.GetAccessorDeclaration): void {
  if (!ts.isClassDeclaration(node.parent)) return;
  const own = { parameters: parameterReps(ctx, node), result: resultRep(ctx, node) };
  const bases = inherited(ctx, node.parent, node);
  const most = Math.max(...bases.map((b) => b.parameters.length));
  for (const base of bases) {
    if (own.parameters.length <= most && isCalledAlike(ctx, own, base)) continue;
    const name = `${base.owner}.${node.name.getText()}`;
    const said = ts.isGetAccessorDeclaration(node) ? describe : (): string => "";
    const wanted = said(base.result) || signatureText(base);
    refuse(
      ctx,
      node,
      "LF314",
      `'${name}' is '${wanted}', and this is '${said(own.result) || signatureText(own)}': in a job both need the same types`,
      `write the types of '${name}' here, and convert inside, or give this member another name`,
    );
  }
}

/** Refuses a private name of a base: here both would be one member. */
export function checkPrivate(ctx: Context, node: ts.ClassElement): void {
  const { name, parent } = node;
  if (name === undefined || !ts.isPrivateIdentifier(name) || !ts.isClassDeclaration(parent)) return;
  for (let base = baseOf(ctx, parent); base !== undefined; base = baseOf(ctx, base))
    if (base.members.some((m) => m.name?.getText() === name.text))
      refuse(ctx, node, "LF314", `'${base.name?.text}' has a '${name.text}', too: in a job they would be one`, "give it another name");
}

function baseOf(ctx: Context, node: ts.ClassDeclaration): ts.ClassDeclaration | undefined {
  const type = ctx.job.checker.getBaseTypes(ctx.job.checker.getTypeAtLocation(node) as ts.InterfaceType)[0];
  return type?.symbol.declarations?.find(ts.isClassDeclaration);
}

/** Refuses a field that is a getter or of another type in a base, and a getter that is a field there. */
export function checkKind(ctx: Context, node: ts.PropertyDeclaration | ts.GetAccessorDeclaration): void {
  const [base, member] = inBase(ctx, node);
  if (base === undefined || member === undefined) return;
  const name = node.name.getText();
  const isAccessor = (member.flags & ts.SymbolFlags.Accessor) !== 0;
  if (isAccessor === ts.isGetAccessorDeclaration(node)) return isAccessor ? undefined : checkFieldType(ctx, node, base, member);
  const [there, here] = isAccessor ? ["a getter", "a field"] : ["a field", "a getter"];
  refuse(
    ctx,
    node,
    "LF314",
    `'${base.symbol.name}.${name}' is ${there}, and this is ${here}: in a job both need to be the same`,
    isAccessor ? `write get ${name}() here, with a field of another name behind it` : `write abstract get ${name}() in '${base.symbol.name}'`,
  );
}

function checkFieldType(ctx: Context, node: ts.ClassElement, base: ts.Type, member: ts.Symbol): void {
  const { checker } = ctx.job;
  const [own, inherited] = [checker.getTypeAtLocation(node), checker.getTypeOfSymbolAtLocation(member, node)].map((t) => repOf(ctx, t, node)) as [Rep, Rep];
  if (typeText(ctx, own) === typeText(ctx, inherited)) return;
  const name = `${base.symbol.name}.${member.name}`;
  refuse(
    ctx,
    node,
    "LF314",
    `'${name}' is '${describe(inherited)}', and this is '${describe(own)}': in a job both need the same types`,
    `leave the type of '${name}', or give this member another name`,
  );
}

/** Refuses a generic method that a base class has, too: a call of the base's names the base's, whatever the object is. */
export function checkGeneric(ctx: Context, node: ts.MethodDeclaration): void {
  const [base, member] = inBase(ctx, node);
  if (base === undefined || member === undefined) return;
  refuse(
    ctx,
    node,
    "LF314",
    `'${base.symbol.name}.${member.name}' cannot be overridden by a generic method in a job`,
    "make the type parameter one of the class, or give this method another name",
  );
}

/** The base class and its member of that name. */
function inBase(ctx: Context, node: ts.ClassElement): [ts.Type | undefined, ts.Symbol | undefined] {
  const { checker } = ctx.job;
  const isStatic = (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static) !== 0;
  if (!ts.isClassDeclaration(node.parent) || isStatic || node.name === undefined) return [undefined, undefined];
  const base = checker.getBaseTypes(checker.getTypeAtLocation(node.parent) as ts.InterfaceType)[0];
  return [base, base && checker.getPropertyOfType(base, node.name.getText())];
}

function isCalledAlike(ctx: Context, own: Pick<Inherited, "parameters" | "result">, base: Inherited): boolean {
  const isSame = (a: Rep, b: Rep): boolean => typeText(ctx, a) === typeText(ctx, b);
  const [result, wanted] = [present(own.result), present(base.result)];
  const isNarrower = !isScalar(wanted) && (base.result.kind === "nullable" || own.result.kind !== "nullable");
  const isSubclass = result.kind === "class" && wanted.kind === "class";
  return (
    own.parameters.every((rep, i) => isSame(rep, base.parameters[i] ?? rep)) &&
    (isSame(own.result, base.result) || (isNarrower && (isSubclass || isSame(result, wanted))))
  );
}

function signatureText(member: Pick<Inherited, "parameters" | "result">): string {
  return describe({ kind: "function", parameters: member.parameters, result: member.result });
}

/** The members of that name and kind in all bases and interfaces, nearest first. */
function inherited(ctx: Context, node: ts.ClassDeclaration, member: Member): Inherited[] {
  const isAlike = (m: ts.Node): m is Member =>
    m.kind === member.kind || (ts.isMethodSignature(m) && ts.isMethodDeclaration(member));
  const isStatic = (m: ts.Node): boolean => (ts.getCombinedModifierFlags(m as ts.Declaration) & ts.ModifierFlags.Static) !== 0;
  if (isStatic(member)) return [];
  return (node.heritageClauses ?? [])
    .flatMap((h) => h.types)
    .flatMap((type) => {
      const rep = repOf(ctx, ctx.job.checker.getTypeAtLocation(type), type);
      if (rep.kind !== "class") return [];
      const inside: Context = { ...ctx, substitution: ctx.job.substitutionOf(rep) };
      return (rep.symbol.declarations ?? []).flatMap((declaration) => {
        if (!ts.isClassDeclaration(declaration) && !ts.isInterfaceDeclaration(declaration)) return [];
        const found = [...declaration.members].filter(
          (m): m is typeof m & Member => isAlike(m) && !isStatic(m) && m.name?.getText() === member.name.getText(),
        );
        const own = found.map((m) => ({
          owner: declaration.name?.text ?? "the base",
          parameters: parameterReps(inside, m),
          result: resultRep(inside, m),
        }));
        return [...own, ...(ts.isClassDeclaration(declaration) ? inherited(inside, declaration, member) : [])];
      });
    });
}
