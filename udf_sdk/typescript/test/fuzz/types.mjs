// The types of generated programs, as small objects: their text, values of them, and how a value is shown.
import { pick } from "../random.mjs";

export const NUM = { k: "num" };
export const STR = { k: "str" };
export const BOOL = { k: "bool" };
export const BIG = { k: "big" };

export const arr = (of) => ({ k: "arr", of });
export const opt = (of, absent = "undefined") => ({ k: "opt", of, absent });
export const map = (key, of) => ({ k: "map", key, of });
export const dict = (of) => ({ k: "dict", of });
export const set = (of) => ({ k: "set", of });
export const tup = (items) => ({ k: "tup", items });
export const obj = (name) => ({ k: "obj", name });
export const cls = (name) => ({ k: "cls", name });
export const mix = (of) => ({ k: "mix", of });
export const fn = (args, result) => ({ k: "fn", args, result });

/** Values of several types; `showMix` of the generated programs shows those of any of them. */
export const MIXES = [mix([NUM, STR]), mix([STR, BOOL, NUM]), mix([STR, arr(NUM)])];

/** How a program asks whether a value of several types is of this one. */
export const isA = (t, v) => (t.k === "arr" ? `Array.isArray(${v})` : `typeof ${v} === "${{ num: "number", str: "string", bool: "boolean" }[t.k]}"`);

/** The type as a program writes it; equal types have equal texts. */
export function typeText(t) {
  switch (t.k) {
    case "num": return "number";
    case "str": return "string";
    case "bool": return "boolean";
    case "big": return "bigint";
    case "arr": return ["opt", "fn", "mix"].includes(t.of.k) ? `(${typeText(t.of)})[]` : `${typeText(t.of)}[]`;
    case "opt": return t.of.k === "fn" ? `(${typeText(t.of)}) | ${t.absent}` : `${typeText(t.of)} | ${t.absent}`;
    case "map": return `Map<${typeText(t.key)}, ${typeText(t.of)}>`;
    case "dict": return `Record<string, ${typeText(t.of)}>`;
    case "set": return `Set<${typeText(t.of)}>`;
    case "tup": return `[${t.items.map(typeText).join(", ")}]`;
    case "mix": return t.of.map(typeText).join(" | ");
    case "fn": return `(${t.args.map((a, i) => `a${i}: ${typeText(a)}`).join(", ")}) => ${typeText(t.result)}`;
    default: return t.name;
  }
}

export const same = (a, b) => typeText(a) === typeText(b);

/** A type of at most this depth, of the program's objects and classes too. */
export function anyType(next, program, depth) {
  const plain = [NUM, NUM, STR, STR, BOOL, BIG];
  if (depth <= 0 || next() < 0.45) return pick(next, plain);
  const inner = () => anyType(next, program, depth - 1);
  const some = () => {
    const t = inner();
    return t.k === "opt" ? t.of : t;
  };
  const named = [...program.objects.keys()].map(obj);
  const made = [...program.classes.keys()].map(cls);
  return pick(next, [
    () => arr(inner()),
    () => arr(some()),
    () => opt(some()),
    () => opt(some(), "null"),
    () => map(pick(next, [STR, NUM]), some()),
    () => dict(some()),
    () => set(pick(next, [STR, NUM])),
    () => tup([inner(), some()]),
    () => pick(next, MIXES),
    () => arr(pick(next, MIXES)),
    () => (named.length ? pick(next, named) : STR),
    () => (made.length ? pick(next, made) : NUM),
  ])();
}

/** An expression that shows a value as text, all of it. `depth` ends what contains itself. */
export function shown(t, value, program, depth = 0) {
  const v = `v${depth}`;
  switch (t.k) {
    case "str": return value;
    case "num": return `num(${value})`;
    case "bool": case "big": return `String(${value})`;
    case "arr": return `"[" + ${value}.map((${v}) => ${shown(t.of, v, program, depth + 1)}).join(",") + "]"`;
    case "opt": return `((${v}: ${typeText(t)}) => ${v} === ${t.absent} ? "${t.absent[0]}" : ${shown(t.of, v, program, depth + 1)})(${value})`;
    case "map": return `"{" + [...${value}].map(([k${depth}, ${v}]) => k${depth} + ":" + ${shown(t.of, v, program, depth + 1)}).join() + "}"`;
    case "dict": return `"{" + Object.entries(${value}).map(([k${depth}, ${v}]) => k${depth} + ":" + ${shown(t.of, v, program, depth + 1)}).join() + "}"`;
    case "set": return `"<" + [...${value}].join() + ">"`;
    case "tup": return `((${v}: ${typeText(t)}) => "(" + ${t.items.map((item, i) => shown(item, `${v}[${i}]`, program, depth + 1)).join(' + "," + ')} + ")")(${value})`;
    case "obj": return `show${t.name}(${value})`;
    case "cls": return `${value}.show()`;
    case "mix": return `showMix(${value})`;
    default: return `"f"`;
  }
}
