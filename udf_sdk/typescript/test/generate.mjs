// Random expressions over numbers, text and truth values, as TypeScript: what a job may contain, seeded.
import { pick } from "./random.mjs";

const NUMBERS = [
  "0",
  "1",
  "2",
  "-1",
  "0.5",
  "3",
  "10",
  "255",
  "1e21",
  "1e-7",
  "4294967296",
  "0.1",
  "NaN",
  "Infinity",
  "-0",
];
const TEXTS = ['""', '" "', '"a"', '"abc"', '"1.5"', '"é😀"', '"A b,C"', '","', '"0x1f"', '"  7 "'];

/** An expression of type number, string or boolean over x, y (numbers), s, t (text) and b (boolean). */
export function expression(next, type, depth) {
  const forms = depth <= 0 ? LEAVES[type] : next() < 0.15 ? LEAVES[type] : FORMS[type];
  const make = (wanted) => expression(next, wanted, depth - 1);
  return pick(next, forms)(make, next);
}

const LEAVES = {
  number: [() => "x", () => "y", (_m, next) => `num(${pick(next, NUMBERS)})`],
  string: [() => "s", () => "t", (_m, next) => `txt(${pick(next, TEXTS)})`],
  boolean: [() => "b", () => "(x > y)", () => "(s === t)"],
};

const n = "number";
const s = "string";
const b = "boolean";

const FORMS = {
  number: [
    ...["+", "-", "*", "/", "%", "|", "&", "^", "<<", ">>", ">>>"].map((op) => (m) => `(${m(n)} ${op} ${m(n)})`),
    (m) => `-${paren(m(n))}`,
    (m) => `~${paren(m(n))}`,
    ...["floor", "ceil", "round", "trunc", "abs", "sign", "sqrt", "clz32", "fround"].map(
      (f) => (m) => `Math.${f}(${m(n)})`,
    ),
    ...["max", "min", "imul"].map((f) => (m) => `Math.${f}(${m(n)}, ${m(n)})`),
    (m) => `(${m(b)} ? ${m(n)} : ${m(n)})`,
    (m) => `${m(s)}.length`,
    (m) => `${m(s)}.indexOf(${m(s)}, ${m(n)})`,
    (m) => `${m(s)}.lastIndexOf(${m(s)})`,
    (m) => `${m(s)}.charCodeAt(${m(n)})`,
    (m) => `Number(${m(s)})`,
    (m) => `parseFloat(${m(s)})`,
    (m) => `parseInt(${m(s)}, 10)`,
    (m) => `Number(${m(b)})`,
    (m) => `[${m(n)}, ${m(n)}].indexOf(${m(n)})`,
    (m) => `[${m(n)}, ${m(n)}].reduce((p, q) => p + q, ${m(n)})`,
    (m) => `(${m(n)} || ${m(n)})`,
  ],
  string: [
    (m) => `(${m(s)} + ${m(s)})`,
    (m) => `(${m(s)} + ${m(n)})`,
    (m) => `(${m(n)} + ${m(s)})`,
    (m) => "`${" + m(s) + "}<${" + m(n) + "}${" + m(b) + "}`",
    (m) => `String(${m(n)})`,
    (m) => `${paren(m(n))}.toString()`,
    (m) => `${paren(m(n))}.toFixed(2)`,
    (m) => `${m(s)}.slice(${m(n)}, ${m(n)})`,
    (m) => `${m(s)}.substring(${m(n)}, ${m(n)})`,
    (m) => `${m(s)}.charAt(${m(n)})`,
    (m) => `${m(s)}.toUpperCase()`,
    (m) => `${m(s)}.toLowerCase()`,
    (m) => `${m(s)}.trim()`,
    (m) => `${m(s)}.padStart(5, ${m(s)})`,
    (m) => `${m(s)}.replace(${m(s)}, ${m(s)})`,
    (m) => `${m(s)}.split(${m(s)}).join(${m(s)})`,
    (m) => `[${m(s)}, ${m(s)}, ${m(s)}].sort().join("|")`,
    (m) => `[${m(n)}, ${m(n)}].map((v) => v * 2).join()`,
    (m) => `(${m(b)} ? ${m(s)} : ${m(s)})`,
    (m) => `(${m(s)} || ${m(s)})`,
    (m) => `(${m(s)}.at(${m(n)}) ?? ${m(s)})`,
  ],
  boolean: [
    ...["<", ">", "<=", ">=", "===", "!=="].map((op) => (m) => `(${m(n)} ${op} ${m(n)})`),
    ...["<", ">", "<=", ">=", "===", "!=="].map((op) => (m) => `(${m(s)} ${op} ${m(s)})`),
    (m) => `(${m(b)} && ${m(b)})`,
    (m) => `(${m(b)} || ${m(b)})`,
    (m) => `!${m(b)}`,
    (m) => `!${m(s)}`,
    (m) => `!${paren(m(n))}`,
    (m) => `isNaN(${m(n)})`,
    (m) => `Number.isInteger(${m(n)})`,
    (m) => `${m(s)}.includes(${m(s)})`,
    (m) => `${m(s)}.startsWith(${m(s)})`,
    (m) => `${m(s)}.endsWith(${m(s)})`,
    (m) => `[${m(n)}, ${m(n)}].includes(${m(n)})`,
  ],
};

const paren = (text) => `(${text})`;

/** A job that evaluates `count` random expressions for each record. */
export function program(next, count) {
  const types = [n, s, b];
  const functions = Array.from({ length: count }, (_, i) => {
    const type = types[i % 3];
    return `function e${i}(x: number, y: number, s: string, t: string, b: boolean): ${type} {\n  return ${expression(next, type, 3)};\n}`;
  });
  const calls = Array.from(
    { length: count },
    (_, i) => `out.push({ key: r.id + "/e${i}", value: String(e${i}(r.x, r.y, r.s, r.t, r.b)) });`,
  );
  return `// input: ${JSON.stringify({ rows: records(next) })}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Row = { id: number; x: number; y: number; s: string; t: string; b: boolean };
type Out = { key: string; value: string };

function num(v: number): number {
  return v;
}

function txt(v: string): string {
  return v;
}

${functions.join("\n\n")}

function all(r: Row): Out[] {
  const out: Out[] = [];
  ${calls.join("\n  ")}
  return out;
}

Kafka.builder().brokers(["h:1"]).topic("rows").group("g").build<Row>().createFlow(ExecutionContext.new("generated", "default"))
  .flatMap((r) => all(r))
  .sink(Redis.new<Out>().host("h").keyExtractor((o) => o.key).valueExtractor((o) => o.value))
  .execute();
`;
}

function records(next) {
  const xs = [0, 1, -1, 2.5, 1e21, 4294967297, 0.1, -7, 3, 1e-7];
  const texts = ["", "a", "abc", "héllo 😀", "12", " 3.5 ", "A,b,C", "aaa", "ABC abc"];
  return Array.from({ length: 12 }, (_, id) => ({
    id,
    x: pick(next, xs),
    y: pick(next, xs),
    s: pick(next, texts),
    t: pick(next, texts),
    b: next() < 0.5,
  }));
}
