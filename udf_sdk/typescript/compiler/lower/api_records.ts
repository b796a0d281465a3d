// What may flow through streams, be read by a source, be a key: complaints about all else, at the field that is to blame.
import ts from "typescript-compiler-api";
import { columnForMixed, describe, fieldWith, notPortable } from "../types.ts";
import type { Rep } from "../types.ts";
import { refuse } from "./context.ts";
import type { Context } from "./context.ts";

/** What flows through streams must have columns. */
export function checkRecords(ctx: Context, node: ts.Node, reps: readonly Rep[]): void {
  for (const rep of reps) {
    const flowing = rep.kind === "api" ? rep.args : [rep];
    for (const record of flowing) {
      if (record.kind === "api" || record.kind === "void" || record.kind === "null") continue;
      const test = (part: Rep): string | undefined => notPortable(part, (r) => ctx.job.classNotPortable(ctx, r));
      const why = test(record);
      const field = fieldWith(record, test);
      const part = field?.rep ?? record;
      const isBoth = part.kind === "nullable" && part.absent === "both";
      if (why !== undefined) refuse(ctx, field?.declared ?? node, isBoth ? "LF102" : "LF107", `${why}, so it cannot flow through a stream`, columnForMixed(part));
      checkNames(ctx, node, record);
    }
  }
}

/** What the engine takes as the name of a column: printable, not empty, at most 256 bytes. */
function isColumnName(name: string): boolean {
  return name !== "" && Buffer.byteLength(name) <= 256 && !/\p{C}|(?! )\p{Z}/u.test(name);
}

/** Complains about a field that cannot be a column, where the program names it. */
function checkNames(ctx: Context, node: ts.Node, rep: Rep): void {
  if (rep.kind === "nullable") return checkNames(ctx, node, rep.of);
  if (rep.kind === "array") return checkNames(ctx, node, rep.item);
  if (rep.kind !== "record") return;
  for (const field of rep.record.fields) {
    const shown = JSON.stringify(field.name.slice(0, 60));
    if (!isColumnName(field.name))
      refuse(ctx, field.declared ?? node, "LF107", `a field called ${shown} cannot flow through a stream: a column's name is printable, not empty, and at most 256 bytes long`, "give the field another name");
    checkNames(ctx, node, field.rep);
  }
}

/** A source fills fields by their names, which a tuple does not have. */
export function checkRead(ctx: Context, node: ts.Node, record: Rep | undefined): void {
  if (record !== undefined) noteRead(ctx, record);
  const tuple = record && tupleIn(record);
  if (record !== undefined && tuple !== undefined)
    refuse(
      ctx,
      fieldWith(record, tupleIn)?.declared ?? node,
      "LF107",
      `a source cannot read the tuple '${describe(tuple)}'`,
      "declare an array, number[] or string[], or an object type, and make the tuple in a map",
    );
}

function noteRead(ctx: Context, rep: Rep): void {
  if (rep.kind === "nullable") return noteRead(ctx, rep.of);
  if (rep.kind === "array") return noteRead(ctx, rep.item);
  if (rep.kind !== "record") return;
  ctx.job.orders.noteRead(rep.record);
  for (const field of rep.record.fields) noteRead(ctx, field.rep);
}

function tupleIn(rep: Rep): Rep | undefined {
  if (rep.kind === "nullable") return tupleIn(rep.of);
  if (rep.kind === "array") return tupleIn(rep.item);
  if (rep.kind !== "record" || rep.record.tuple) return rep.kind === "record" ? rep : undefined;
  return rep.record.fields.map((f) => tupleIn(f.rep)).find((found) => found !== undefined);
}

/** Keys are compared by value; lists are not. */
export function checkKey(ctx: Context, node: ts.Node, key: Rep | undefined): void {
  if (key !== undefined && holdsList(key))
    refuse(
      ctx,
      node,
      "LF107",
      `a key of type '${describe(key)}' holds an array, and arrays cannot be keys`,
      'make a text of it: xs.join(",")',
    );
}

function holdsList(rep: Rep): boolean {
  if (rep.kind === "nullable") return holdsList(rep.of);
  return rep.kind === "array" || (rep.kind === "record" && rep.record.fields.some((f) => holdsList(f.rep)));
}
