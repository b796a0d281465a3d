// Random typed programs: object types, classes that extend one another, functions, constants, and cases that use them. Every case
// is a pure function of a line of text; a job runs all of them for each line.
import { pick, random } from "../random.mjs";
import { Expressions } from "./expressions.mjs";
import { Statements } from "./statements.mjs";
import { BIG, BOOL, NUM, STR, anyType, arr, map, opt, shown, typeText } from "./types.mjs";

const CASES = 8;
const HELPERS = `function same<T>(value: T): T {
  return value;
}

function firstOf<T>(xs: readonly T[], other: T, test: (x: T) => boolean = () => true): T {
  for (const x of xs) if (test(x)) return x;
  return other;
}

function mapAll<T, U>(xs: T[], f: (x: T, i: number) => U): U[] {
  const out: U[] = [];
  xs.forEach((x, i) => out.push(f(x, i)));
  return out;
}

class Box<T> {
  constructor(public v: T, private readonly log: string[] = []) {}
  map<U>(f: (v: T) => U): Box<U> {
    return new Box<U>(f(this.v), [...this.log, "m"]);
  }
  or(other: T, isOther: boolean): T {
    return isOther ? other : this.v;
  }
  get steps(): number {
    return this.log.length;
  }
}

class Fault extends Error {
  override name = "Fault";
  constructor(message: string, readonly at: number) {
    super(message);
  }
}

class Worse extends Fault {}

function risky<T>(value: T, n: number): T {
  if (n > 200) throw new Worse("far", n);
  if (n > 5) throw new Fault("more than five", n);
  if (n < 0) throw new RangeError("below");
  if (n === 2) throw "two";
  if (n === 3) throw n;
  return value;
}

function said(e: unknown): string {
  if (e instanceof Worse) return "worse " + e.at;
  if (e instanceof Error) return e instanceof Fault ? e.message + num(e.at) : String(e);
  return typeof e === "number" ? num(e + 1) : typeof e + e;
}

function showMix(v: string | number | boolean | number[]): string {
  if (Array.isArray(v)) return "[" + v.map((n) => num(n)).join() + "]";
  switch (typeof v) {
    case "string": return "s" + v;
    case "number": return num(v);
    default: return String(v);
  }
}

function num(n: number): string {
  return Object.is === undefined ? "" : n === 0 && 1 / n < 0 ? "-0" : String(n);
}`.replace('Object.is === undefined ? "" : ', "");

/** The source text of the program of a seed. */
export function programOf(seed) {
  const next = random(seed);
  const program = { objects: new Map(), classes: new Map(), functions: [], counter: 0, fresh: () => program.counter++ };
  const parts = [HELPERS];
  for (let i = 0; i < 2; i++) parts.push(objectType(next, program, i));
  const classes = 1 + Math.floor(next() * 3);
  for (let i = 0; i < classes; i++) parts.push(classType(next, program, i));
  const { text, scope } = constants(next, program);
  parts.push(text);
  for (let i = 0; i < 4; i++) parts.push(functionText(next, program, i, scope));
  for (let i = 0; i < CASES; i++) parts.push(caseText(next, program, i, scope));
  return jobOf(parts.join("\n\n"), CASES);
}

/** A job that shows what each case says of each line. */
export function jobOf(text, cases) {
  const calls = Array.from({ length: cases }, (_, i) => `case${i}(line)`).join(", ");
  return `// input: {"topic": ["a", "abc 1.5", "", "A b,C"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

${text}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("fuzz", "default"))
  .flatMap((line) => [${calls}].map((value, i) => ({ key: String(i), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
`;
}

function objectType(next, program, i) {
  const name = `I${i}`;
  const fields = new Map();
  for (let k = 0; k < 2 + Math.floor(next() * 3); k++) {
    const type = anyType(next, program, 1);
    const isOptional = type.k === "opt" && type.absent === "undefined";
    fields.set(`f${k}`, { type, isOptional });
  }
  program.objects.set(name, fields);
  const lines = [...fields].map(([field, { type, isOptional }]) => `  ${field}${isOptional ? "?" : ""}: ${isOptional ? typeText(type.of) : typeText(type)};`);
  const parts = [...fields].map(([field, { type }]) => `"${field}=" + ${shown(type, `v.${field}`, program, 1)}`);
  return `interface ${name} {\n${lines.join("\n")}\n}\n\nfunction show${name}(v: ${name}): string {\n  return "{" + ${parts.join(' + " " + ')} + "}";\n}`;
}

function classType(next, program, i) {
  const name = `C${i}`;
  const above = i > 0 && next() < 0.6 ? `C${Math.floor(next() * i)}` : undefined;
  const base = above && program.classes.get(above);
  const own = new Map();
  const fields = new Map(base ? base.fields : []);
  const plain = [NUM, STR, BOOL, arr(NUM), map(STR, NUM), opt(NUM), opt(STR, "null")];
  const parameters = [pick(next, [NUM, STR]), ...(next() < 0.5 ? [pick(next, [BOOL, NUM, arr(STR)])] : [])];
  const nothing = new Expressions(next, { ...program, functions: [], classes: new Map(), objects: new Map() }, []);
  const lines = [];
  for (let k = 0; k < 2; k++) {
    const type = pick(next, plain);
    own.set(`m${i}${k}`, { type });
    lines.push(`  m${i}${k}: ${typeText(type)} = ${nothing.literal(type)};`);
  }
  for (const [field, f] of own) fields.set(field, f);
  fields.set(`p${i}`, { type: parameters[0] });
  const statics = [{ name: `s${i}`, type: pick(next, [NUM, STR, arr(NUM)]) }];
  lines.push(`  static s${i}: ${typeText(statics[0].type)} = ${nothing.literal(statics[0].type)};`);
  const scope = [...fields].map(([field, f]) => ({ name: `this.${field}`, type: f.type }));
  const given = parameters.map((type, k) => ({ name: `q${k}`, type }));
  const inside = (more) => new Statements(next, { ...program, functions: [] }, [...scope, ...more], 1);
  const superCall = base ? [`    super(${base.parameters.map((p) => inner(next, program, given).of(p, 1)).join(", ")});`] : [];
  const sets = next() < 0.5 ? [...own].filter(([, f]) => f.type.k !== "opt").slice(0, 1).map(([field, f]) => `    this.${field} = ${inside(given).of(f.type, 1)};`) : [];
  lines.push(`  constructor(${given.map((g) => `${g.name}: ${typeText(g.type)}`).join(", ")}) {`, ...superCall, `    this.p${i} = q0;`, ...sets, "  }");
  lines.unshift(`  p${i}: ${typeText(parameters[0])};`);
  const methods = base ? [...base.methods] : [];
  const [result, argument] = [pick(next, [NUM, STR, BOOL, arr(NUM), opt(NUM)]), pick(next, [NUM, STR])];
  methods.push({ name: `get${i}`, args: [argument], result });
  lines.push(`  get${i}(a: ${typeText(argument)}): ${typeText(result)} {`, ...inside([{ name: "a", type: argument }]).body(result, 1).map((l) => `    ${l.replaceAll("\n", "\n    ")}`), "  }");
  if (base && next() < 0.7) {
    const m = pick(next, base.methods);
    const args = m.args.map((type, k) => ({ name: `a${k}`, type }));
    const calls = [`super.${m.name}(${args.map((a) => a.name).join(", ")})`];
    const body = next() < 0.5 && (m.result.k === "num" || m.result.k === "str") ? [`    return ${calls[0]} + ${inside(args).of(m.result, 1)};`] : inside(args).body(m.result, 1).map((l) => `    ${l.replaceAll("\n", "\n    ")}`);
    lines.push(`  override ${m.name}(${args.map((a) => `${a.name}: ${typeText(a.type)}`).join(", ")}): ${typeText(m.result)} {`, ...body, "  }");
  }
  lines.push(`  static of${i}(a: ${typeText(parameters[0])}): ${name} {`, `    return new ${name}(${["a", ...parameters.slice(1).map((p) => nothing.literal(p))].join(", ")});`, "  }");
  const [stored, kept] = pick(next, [...own]);
  lines.push(`  set w${i}(a: ${typeText(kept.type)}) {`, `    this.${stored} = ${inside([{ name: "a", type: kept.type }]).of(kept.type, 1)};`, "  }");
  lines.push(`  get g${i}(): number {`, `    return ${inside([]).of(NUM, 2)};`, "  }");
  const changes = base ? [...base.changes] : [];
  changes.push({ name: `set${i}`, args: [NUM] }, { name: `w${i}`, args: [kept.type], isSetter: true });
  const [field, f] = pick(next, [...own]);
  lines.push(`  set${i}(a: number): void {`, `    this.${field} = ${inside([{ name: "a", type: NUM }]).of(f.type, 2)};`, "  }");
  const parts = [...fields].map(([n, { type }]) => `"${n}=" + ${shown(type, `this.${n}`, program, 1)}`);
  lines.push(`  ${base ? "override " : ""}show(): string {`, `    return "${name}(" + ${parts.join(' + " " + ')} + ")";`, "  }");
  const getters = new Map([...fields, [`g${i}`, { type: NUM }]]);
  program.classes.set(name, { name, bases: base ? [above, ...base.bases] : [], fields: getters, parameters, methods, changes, statics });
  return `class ${name}${base ? ` extends ${above}` : ""} {\n${lines.join("\n")}\n}`;
}

function inner(next, program, scope) {
  return new Expressions(next, { ...program, functions: [] }, scope);
}

/** Constants of main, which functions read. */
function constants(next, program) {
  const types = [arr(NUM), map(STR, NUM), { k: "obj", name: "I0" }, { k: "cls", name: "C0" }, anyType(next, program, 2), opt(STR)];
  const scope = [];
  const lines = types.map((type, i) => {
    const value = new Expressions(next, { ...program, functions: [] }, scope).of(type, 2);
    scope.push({ name: `K${i}`, type });
    return `const K${i} = ${value} as ${typeText(type)};`;
  });
  const main = new Statements(next, { ...program, functions: [] }, scope.map((v) => ({ ...v, isFresh: ["arr", "map"].includes(v.type.k) && v.name !== "K4" })), 2);
  for (let i = 0; i < 2; i++) lines.push(...main.change());
  return { text: lines.join("\n"), scope };
}

function functionText(next, program, i, constantScope) {
  const args = Array.from({ length: 1 + Math.floor(next() * 2) }, () => anyType(next, program, 2));
  const result = anyType(next, program, 1);
  const named = args.map((type, k) => ({ name: `p${k}`, type }));
  const { more, given } = lastParameters(next, program);
  const risks = next() < 0.4;
  const body = new Statements(next, { ...program, risks }, [...constantScope, ...named, ...given]).body(result, 3);
  program.functions.push({ name: `fun${i}`, args, result, risks, more: given.map((g) => g.called) });
  const list = [...named.map((a) => `${a.name}: ${typeText(a.type)}`), ...more].join(", ");
  return `function fun${i}(${list}): ${typeText(result)} {\n${indented(body)}\n}`;
}

/** A parameter with a default, an optional one, or a rest; callers give them or not. */
function lastParameters(next, program) {
  const kind = Math.floor(next() * 5);
  const type = pick(next, [NUM, STR, arr(NUM)]);
  const text = new Expressions(next, { ...program, functions: [] }, []).literal(type);
  if (kind === 0) return { more: [`d: ${typeText(type)} = ${text}`], given: [{ name: "d", type, called: { type } }] };
  if (kind === 1 && type.k !== "arr") return { more: [`o?: ${typeText(type)}`], given: [{ name: "o", type: opt(type), called: { type } }] };
  if (kind === 2 && type.k !== "arr") return { more: [`...r: ${typeText(arr(type))}`], given: [{ name: "r", type: arr(type), called: { type, isRest: true } }] };
  return { more: [], given: [] };
}

function caseText(next, program, i, constantScope) {
  const statements = new Statements(next, program, [...constantScope, { name: "line", type: STR }]);
  const body = [...statements.some(5), `return ${statements.all()};`];
  return `function case${i}(line: string): string {\n${indented(body)}\n}`;
}

function indented(lines) {
  return lines.flatMap((l) => l.split("\n")).map((l) => `  ${l}`).join("\n");
}

export { BIG };
