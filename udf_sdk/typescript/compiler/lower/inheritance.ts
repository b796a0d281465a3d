// Members of generic bases: which class declares a member, and what that class's type parameters stand for in an object's type.
import ts from "typescript-compiler-api";
import type { Substitution } from "../type_mapper.ts";
import type { Rep } from "../types.ts";
import { repOf } from "./context.ts";
import type { Context } from "./context.ts";

type ClassRep = Rep & { kind: "class" };

/** The class or interface that declares the member: the object's own, or one of its bases. */
export function declaringClass(ctx: Context, rep: ClassRep, member: ts.Node): ClassRep {
  return search(ctx, rep, member) ?? rep;
}

function search(ctx: Context, rep: ClassRep, member: ts.Node): ClassRep | undefined {
  const declarations = rep.symbol.declarations ?? [];
  if (declarations.some((d) => d === member.parent || d === member.parent.parent)) return rep;
  const inside: Context = { ...ctx, substitution: ctx.job.substitutionOf(rep) };
  for (const declaration of declarations) {
    if (!ts.isClassDeclaration(declaration) && !ts.isInterfaceDeclaration(declaration)) continue;
    for (const type of (declaration.heritageClauses ?? []).flatMap((h) => h.types)) {
      const base = repOf(inside, ctx.job.checker.getTypeAtLocation(type), type);
      const found = base.kind === "class" ? search(inside, base, member) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What the type parameters in the member's declaration stand for. */
export function substitutionOfMember(ctx: Context, rep: ClassRep, member: ts.Node): Substitution {
  return ctx.job.substitutionOf(declaringClass(ctx, rep, member));
}
