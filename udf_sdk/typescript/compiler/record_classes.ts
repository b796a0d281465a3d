// The classes that stand for object and tuple types: one per shape (names and types of the fields, in any order). Owns their names
// and identities, and types that contain themselves. Knows shapes only; what a TypeScript type looks like is type_mapper.ts's.
import type ts from "typescript-compiler-api";
import { keyOf, nullable, oneOf, present, sameRep } from "./types.ts";
import type { Field, RecordClass, Rep } from "./types.ts";

/** Names that mean something else in AssemblyScript. */
const RESERVED =
  /^([iu](8|16|32|64)|[iu]size|f32|f64|bool|v128|string|void|Array|StaticArray|String|Object|Function|\w+ref)$/;

/** A class as its type asks for it. `others`: further shapes that this class stands for. */
export interface Wanted {
  readonly fields: readonly Field[];
  readonly name: string;
  readonly others: readonly (readonly Field[])[];
}

/** All record classes of a program. */
export class RecordClasses {
  readonly all: RecordClass[] = [];
  readonly #open = new Map<ts.Type, RecordClass>();
  readonly #byShape = new Map<string, RecordClass>();
  readonly #recursive = new Map<string, RecordClass>();
  readonly #names = new Set<string>();
  #lastId = 0;

  /** The fields of some type are being looked at. */
  get isBusy(): boolean {
    return this.#open.size > 0;
  }

  /** Makes the class of a type; while its fields are looked at, the type stands for the class that it will get. */
  opened(type: ts.Type, make: () => Wanted | undefined): Rep | undefined {
    const open = this.#open.get(type);
    if (open !== undefined) {
      open.recursive = true;
      return { kind: "record", record: open };
    }
    const draft: RecordClass = { id: ++this.#lastId, name: "", fields: [], tuple: false, open: false, recursive: false };
    this.#open.set(type, draft);
    try {
      const made = make();
      if (made === undefined) return undefined;
      const record = draft.recursive
        ? this.#closed(draft, made.fields, made.name)
        : this.shaped(made.fields, made.name, false);
      for (const shape of made.others) this.#byShape.set(shapeOf(shape, false), record);
      return { kind: "record", record };
    } finally {
      this.#open.delete(type);
    }
  }

  /** A class that contains itself. One with the same fields may be there already: then the draft stands for that one. */
  #closed(draft: RecordClass, fields: readonly Field[], name: string): RecordClass {
    const shape = shapeOf(fields, false).replaceAll(new RegExp(`record#${draft.id}(?!\\d)`, "g"), "record#self");
    const known = this.#recursive.get(shape);
    if (known !== undefined) return Object.assign(draft, known);
    this.#recursive.set(shape, draft);
    draft.fields = fields;
    draft.name = this.#freshName(name);
    this.all.push(draft);
    this.#byShape.set(shapeOf(fields, false), draft);
    return draft;
  }

  /** The class of these fields: the first that was seen with the same names and types. */
  shaped(fields: RecordClass["fields"], hint: string, tuple: boolean, open = false): RecordClass {
    const shape = (open ? "open " : "") + shapeOf(fields, tuple);
    const known = this.#byShape.get(shape);
    if (known !== undefined) return known;
    const record = { id: ++this.#lastId, name: this.#freshName(hint), fields, tuple, open, recursive: false };
    this.all.push(record);
    this.#byShape.set(shape, record);
    return record;
  }

  #freshName(hint: string): string {
    const plain = hint.slice(0, 60).replace(/[^\w$]/g, "_");
    const base = RESERVED.test(plain) ? `${plain}_` : plain;
    let name = base;
    for (let i = 2; this.#names.has(name); i++) name = `${base}_${i}`;
    this.#names.add(name);
    return name;
  }
}

/** The name of a class whose type has none. */
export function recordName(fields: readonly Field[]): string {
  return `Rec_${fields.map((f) => f.name).join("_")}`;
}

/** The fields of all the shapes; undefined when two of them give a field different types. */
export function mergedFields(shapes: readonly (readonly Field[])[]): Field[] | undefined {
  const fields: Field[] = [];
  for (const name of new Set(shapes.flatMap((s) => s.map((f) => f.name)))) {
    const reps = shapes.flatMap((s) => s.find((f) => f.name === name)?.rep ?? []);
    const rep = joined(reps, reps.length < shapes.length);
    if (rep === undefined) return undefined;
    fields.push({ name, rep });
  }
  return fields;
}

/** The name of a field that has different types in several object types. */
export function differingField(shapes: readonly (readonly Field[])[]): string | undefined {
  const names = new Set(shapes.flatMap((s) => s.map((f) => f.name)));
  return [...names].find((name) => joined(shapes.flatMap((s) => s.find((f) => f.name === name)?.rep ?? []), false) === undefined);
}

/** One representation for a field that several object types have; undefined when they differ. */
function joined(reps: readonly Rep[], someLackIt: boolean): Rep | undefined {
  const [first, ...others] = reps.map(present);
  const one = first === undefined || others.every((r) => sameRep(r, first)) ? first : oneOf([first, ...others]);
  if (one === undefined) return undefined;
  const all = reps.reduce<Rep>((rep, r) => (r.kind === "nullable" ? nullable(rep, r.absent) : rep), one);
  return someLackIt ? nullable(all, "undefined") : all;
}

/** A text that is the same for the same names and types, in any order. */
function shapeOf(fields: RecordClass["fields"], tuple: boolean): string {
  return (
    (tuple ? "tuple:" : "") +
    fields
      .map((f) => `${JSON.stringify(f.name)}:${keyOf(f.rep)}`)
      .sort()
      .join(";")
  );
}
