// The file `~lf/records.ts`: a class for each object and tuple type of the program, with the methods by which the library moves
// records between columns and objects (INTERNALS.md, "Records").
import { notPortable } from "./types.ts";
import type { Field, RecordClass, Rep } from "./types.ts";
import { quote } from "./writer.ts";

/** A field as text: its name in the class, its AssemblyScript type, its name in the graph. */
export interface FieldText {
  readonly name: string;
  readonly type: string;
  readonly column: string;
}

/** `__read`, `__write` and `__type` of a class with these fields. */
export function recordMethods(fields: readonly FieldText[]): string {
  const read = fields.map((f, i) => `this.${f.name} = __lf.readField<${f.type}>(c, ${i}, row);`).join(" ");
  const write = fields.map((f, i) => `__lf.writeField<${f.type}>(w, ${i}, this.${f.name});`).join(" ");
  const types = fields.map(
    (f) => `${quote(`{"name":${JSON.stringify(f.column)},"type":`)} + __lf.typeOf<${f.type}>() + '}'`,
  );
  const type =
    types.length === 0 ? `'{"struct":{"fields":[]}}'` : `'{"struct":{"fields":[' + ${types.join(" + ',' + ")} + ']}}'`;
  return `__read(c: usize, row: i32): void { ${read} } __write(w: usize): void { ${write} } __type(): string { return ${type}; }`;
}

/** Writes a row from its fields, so that a flatMap needs no object for it. */
function emitMethod(fields: readonly FieldText[], columns: readonly FieldText[]): string {
  const parameters = fields.map((f) => `, ${f.name}: ${f.type}`).join("");
  const write = columns.map((f, i) => `__lf.writeField<${f.type}>(w, ${i}, ${f.name});`).join(" ");
  return `static __emit(w: usize${parameters}): void { __lf.beginEmit(w); ${write} __lf.endEmit(w); }`;
}

/** A tuple as text, as an array's: what is missing is empty. */
function tupleText(fields: readonly Field[], asText: (f: Field) => FieldText): string {
  if (fields.some((f) => f.rep.kind === "function" || f.rep.kind === "api")) return "";
  const parts = fields.map((f) => {
    const { name, type } = asText(f);
    const text = `__js.str<${type}>(this.${name})`;
    return f.rep.kind === "nullable" ? `(changetype<usize>(this.${name}) != 0 ? ${text} : "")` : text;
  });
  return `toString(): string { return ${parts.join(' + "," + ') || '""'}; }`;
}

/** The class of one record type, with its fields as they are declared and in the order of their columns. `json`: more methods. */
export function recordClass(
  record: RecordClass,
  columns: readonly Field[],
  json: string,
  typeOf: (rep: Rep) => string,
  nameOf: (field: string) => string,
  isPortableClass: (rep: Rep & { kind: "class" }) => string | undefined,
): string {
  const asText = (f: Field): FieldText => ({ name: nameOf(f.name), type: typeOf(f.rep), column: f.name });
  const fields = record.fields.map(asText);
  const parameters = fields.map((f) => `public ${f.name}: ${f.type}`).join(", ");
  const isPortable = notPortable({ kind: "record", record }, isPortableClass) === undefined;
  const methods = isPortable ? `${recordMethods(columns.map(asText))} ${emitMethod(fields, columns.map(asText))}` : "";
  const text = record.tuple ? tupleText(record.fields, asText) : "";
  return `@final\nexport class ${record.name} {\n  constructor(${parameters}) {}\n  ${methods} ${text} ${json}\n}\n`;
}
