// The array, Map and Set helpers of assembly/js against Node.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compile, readString, writeString } from "./js_harness.mjs";
import { random } from "./random.mjs";

const AT = `"t.ts", 3, 5`;
const ODD = "(env: usize, v: f64, k: f64): bool => __js.number_remainder(v, 2) == 1";
const PLUS = "(env: usize, a: f64, v: f64, k: f64): f64 => a * 3 + v + k";
const OR = (ok) => `(${ok} ? __js.str<f64>(__js.found<f64>()) : "undefined")`;
const JOIN = (a) => `__js.array_join<f64>(${a}, " ")`;
const STR = (x) => `__js.str<f64>(${x})`;

/** [name, JavaScript of an array of numbers and two numbers, lowered text]; the array itself is printed behind the result. */
const CASES = [
  ["at", (a, i) => String(a.at(i)), OR("__js.array_atOk<f64>(a, i)")],
  ["element that may be missing", (a, i) => String(a[i]), OR("__js.array_peekOk<f64>(a, i)")],
  ["includes", (a, i) => String(a.includes(i)), "__js.str<bool>(__js.array_includes<f64>(a, i, 0))"],
  ["indexOf", (a, i, k) => String(a.indexOf(i, k)), STR("__js.array_indexOf<f64>(a, i, k)")],
  ["lastIndexOf", (a, i, k) => String(a.lastIndexOf(i, k)), STR("__js.array_lastIndexOf<f64>(a, i, k)")],
  ["lastIndexOf to the end", (a, i) => String(a.lastIndexOf(i)), STR("__js.array_lastIndexOf<f64>(a, i, Infinity)")],
  ["join", (a) => a.join(), '__js.array_join<f64>(a, ",")'],
  ["slice", (a, i, k) => a.slice(i, k).join(" "), JOIN("__js.array_slice<f64>(a, i, k)")],
  ["concat", (a) => a.concat([7], a).join(" "), JOIN("__js.array_concat<f64>(__js.array_concat<f64>(a, [7]), a)")],
  [
    "map",
    (a) => a.map((v, k) => v * 2 + k).join(" "),
    JOIN("__js.array_map<f64, f64>(a, 0, (env: usize, v: f64, k: f64): f64 => v * 2 + k)"),
  ],
  ["filter", (a) => a.filter((v) => v % 2 === 1).join(" "), JOIN(`__js.array_filter<f64>(a, 0, ${ODD})`)],
  [
    "flatMap",
    (a) => a.flatMap((v, k) => (v > 2 ? [v, k] : [])).join(" "),
    JOIN("__js.array_flatMap<f64, f64>(a, 0, (env: usize, v: f64, k: f64): Array<f64> => v > 2 ? [v, k] : [])"),
  ],
  ["flat", (a) => [a, [9], a].flat().join(" "), JOIN("__js.array_flat<f64>([a, [9], a])")],
  ["some", (a) => String(a.some((v) => v % 2 === 1)), `__js.str<bool>(__js.array_some<f64>(a, 0, ${ODD}))`],
  ["every", (a) => String(a.every((v) => v % 2 === 1)), `__js.str<bool>(__js.array_every<f64>(a, 0, ${ODD}))`],
  ["find", (a) => String(a.find((v) => v % 2 === 1)), OR(`__js.array_findOk<f64>(a, 0, ${ODD})`)],
  ["findLast", (a) => String(a.findLast((v) => v % 2 === 1)), OR(`__js.array_findLastOk<f64>(a, 0, ${ODD})`)],
  ["findIndex", (a) => String(a.findIndex((v) => v % 2 === 1)), STR(`__js.array_findIndex<f64>(a, 0, ${ODD})`)],
  [
    "findLastIndex",
    (a) => String(a.findLastIndex((v) => v % 2 === 1)),
    STR(`__js.array_findLastIndex<f64>(a, 0, ${ODD})`),
  ],
  [
    "reduce",
    (a, i) => String(a.reduce((r, v, k) => r * 3 + v + k, i)),
    STR(`__js.array_reduce<f64, f64>(a, 0, ${PLUS}, i)`),
  ],
  [
    "reduceRight",
    (a, i) => String(a.reduceRight((r, v, k) => r * 3 + v + k, i)),
    STR(`__js.array_reduceRight<f64, f64>(a, 0, ${PLUS}, i)`),
  ],
  [
    "reduce from the first",
    (a) => String(a.concat(5).reduce((r, v, k) => r * 3 + v + k)),
    STR(`__js.array_reduceFirst<f64>(__js.array_concat<f64>(a, [5]), 0, ${PLUS}, ${AT})`),
  ],
  [
    "reduceRight from the last",
    (a) => String(a.concat(5).reduceRight((r, v, k) => r * 3 + v + k)),
    STR(`__js.array_reduceRightFirst<f64>(__js.array_concat<f64>(a, [5]), 0, ${PLUS}, ${AT})`),
  ],
  ["push", (a, i) => String(a.push(i)), STR("__js.array_push<f64>(a, i)")],
  ["push of several", (a, i) => String(a.push(i, 2, i)), STR("__js.array_pushAll<f64>(a, [i, 2, i])")],
  ["pop", (a) => String(a.pop()), OR("__js.array_popOk<f64>(a)")],
  ["shift", (a) => String(a.shift()), OR("__js.array_shiftOk<f64>(a)")],
  ["unshift", (a, i) => String(a.unshift(i, 8)), STR("__js.array_unshiftAll<f64>(a, [i, 8])")],
  ["unshift of itself", (a) => String(a.unshift(...a)), STR("__js.array_unshiftAll<f64>(a, a)")],
  ["splice", (a, i, k) => a.splice(i, k).join(" "), JOIN("__js.array_splice<f64>(a, i, k)")],
  [
    "splice with items",
    (a, i, k) => a.splice(i, k, 7, i, 9).join(" "),
    JOIN("__js.array_spliceInsert<f64>(a, i, k, [7, i, 9])"),
  ],
  ["fill", (a, i, k) => a.fill(4, i, k).join(" "), JOIN("__js.array_fill<f64>(a, 4, i, k)")],
  ["reverse", (a) => a.reverse().join(" "), JOIN("__js.array_reverse<f64>(a)")],
  [
    "sort",
    (a) => a.sort((x, y) => x - y).join(" "),
    JOIN("__js.array_sort<f64>(a, 0, (env: usize, x: f64, y: f64): f64 => x - y)"),
  ],
  [
    "sort by something else",
    (a) => a.sort((x, y) => (x % 3) - (y % 3)).join(" "),
    JOIN(
      "__js.array_sort<f64>(a, 0, (env: usize, x: f64, y: f64): f64 => __js.number_remainder(x, 3) - __js.number_remainder(y, 3))",
    ),
  ],
  ["sort by text", (a) => a.sort().join(" "), JOIN("__js.array_sortText<f64>(a)")],
  [
    "length cut",
    (a) => String((a.length = Math.min(a.length, 2))),
    STR(`__js.array_setLength<f64>(a, Math.min(a.length, 2), ${AT})`),
  ],
];

const ARRAYS = [
  "",
  "1",
  "1,2,3",
  "3,1,2",
  "5,4,3,2,1,0",
  "2,2,2",
  "NaN,1,NaN",
  "0,-0,1",
  "1.5,10,9,100,1e21,-1",
  "Infinity,-Infinity,0",
  Array.from({ length: 100 }, (_, i) => (i * 37) % 101).join(","),
  Array.from({ length: 17 }, (_, i) => 17 - i).join(","),
];
const PLACES = [0, -0.5, 1, 2, -1, -2, 1.5, 100, -100, NaN, Infinity, -Infinity];

let run;
before(async () => {
  const body = CASES.map(
    ([, , text], n) =>
      `export function f${n}(s: string, i: f64, k: f64): string { const a = numbers(s); const r = ${text}; return r + " / " + ${JOIN("a")}; }`,
  );
  run = await compile(`
    export function newText(n: i32): string { return changetype<string>(__new(<usize>n << 1, idof<string>())); }
    function numbers(s: string): Array<f64> {
      return s.length ? __js.array_map<string, f64>(__js.string_split(s, ","), 0, (env: usize, t: string, k: f64): f64 => __js.number_fromText(t)) : [];
    }
    export function get(s: string, i: f64): f64 { return __js.array_get<f64>(numbers(s), i, ${AT}); }
    export function set(s: string, i: f64): string { const a = numbers(s); __js.array_set<f64>(a, i, 7, ${AT}); return ${JOIN("a")}; }
    export function emptyReduce(): f64 { return __js.array_reduceFirst<f64>([], 0, ${PLUS}, ${AT}); }
    export function popFail(): f64 { return __js.array_popOrFail<f64>([], ${AT}); }
    const kept: Array<f64> = [1, 2];
    const keptMap = new __js.JsMap<f64, f64>();
    export function impureArray(): void { __js.array_push<f64>(kept, 3); }
    export function impureElement(): void { __js.array_set<f64>(kept, 0, 3, ${AT}); }
    export function impureMap(): void { __js.map_set<f64, f64>(keptMap, 1, 3); }
    // a Map of numbers and one of texts, driven from outside
    let m = new __js.JsMap<f64, f64>();
    let t = new __js.JsMap<string, f64>();
    export function start(): void { m = new __js.JsMap<f64, f64>(); t = new __js.JsMap<string, f64>(); }
    export function mapSet(k: f64, v: f64): void { __js.map_set<f64, f64>(m, k, v); __js.map_set<string, f64>(t, __js.str<f64>(k), v); }
    export function mapDelete(k: f64): bool { const d = __js.map_delete<f64, f64>(m, k); __js.map_delete<string, f64>(t, __js.str<f64>(k)); return d; }
    export function mapClear(): void { __js.map_clear<f64, f64>(m); __js.map_clear<string, f64>(t); }
    export function mapShow(): string {
      let o = ${STR("__js.map_size<f64, f64>(m)")};
      for (let it = __js.map_iterate<f64, f64>(m); it.next(); ) o += " " + ${STR("it.key")} + ":" + ${STR("it.value")};
      for (let it = __js.map_iterate<string, f64>(t); it.next(); ) o += " " + it.key + ":" + ${STR("it.value")};
      return o;
    }
    /** Deletes, adds and clears while it iterates. */
    export function mapWalk(n: f64): string {
      let o = "";
      let turns = 0.0;
      for (let it = __js.map_iterate<f64, f64>(m); it.next() && turns < 200; turns++) {
        const k = it.key;
        o += " " + ${STR("k")};
        if (k % 3 == 0) m.delete(k);
        if (k % 5 == 0) m.delete(k + 1);
        if (turns < n) m.set(k + 100, turns);
        if (turns == n) { m.delete(k); m.set(k, 5); }
        if (k == 142) { m.clear(); m.set(7, 7); }
      }
      return o;
    }
    export function setShow(s: string): string {
      const u = __js.set_of<string>(__js.string_split(s, " "));
      __js.set_delete<string>(u, "b");
      __js.set_add<string>(u, "z");
      let o = ${STR("__js.set_size<string>(u)")};
      for (let it = __js.set_iterate<string>(u); it.next(); ) o += "," + it.value;
      return o + __js.str<bool>(__js.set_has<string>(u, "a")) + __js.array_join<string>(__js.set_values<string>(u), "");
    }
    ${body.join("\n")}`);
  run.__mark();
});

CASES.forEach(([name, js], n) => {
  test(`array ${name} is Node's`, () => {
    for (const s of ARRAYS) {
      for (const i of PLACES) {
        for (const k of PLACES) {
          run.__reset2();
          const a = s === "" ? [] : s.split(",").map(Number);
          const expected = `${js(a, i, k)} / ${a.join(" ")}`;
          assert.equal(
            readString(run, run[`f${n}`](writeString(run, s), i, k)),
            expected,
            `${name} of [${s}], ${i}, ${k}`,
          );
        }
      }
    }
  });
});

test("an element outside ends the call at the user's place with a way out", () => {
  const at = "t.ts:3:5: ";
  const s = () => writeString(run, "1,2");
  assert.equal(run.get(s(), 1), 2);
  assert.throws(() => run.get(s(), 2), {
    message: `${at}index 2 is outside of the array, which has 2 elements (JavaScript gives undefined): test the length first, or write xs.at(i) ?? other`,
  });
  assert.throws(() => run.get(writeString(run, "1"), 1), /which has 1 element \(/);
  assert.throws(() => run.get(s(), -1), /index -1 is outside/);
  assert.throws(() => run.get(s(), 0.5), /index 0.5 is outside/);
  assert.throws(() => run.get(s(), NaN), /index NaN is outside/);
  assert.equal(readString(run, run.set(s(), 2)), "1 2 7");
  assert.throws(() => run.set(s(), 3), /t.ts:3:5: cannot write element 3 of an array that has 2 elements/);
  assert.throws(() => run.emptyReduce(), /t.ts:3:5: reduce of an empty array/);
  assert.throws(() => run.popFail(), /t.ts:3:5: pop of an empty array gave undefined/);
});

test("what main made cannot be changed, not even its numbers", () => {
  for (const name of ["impureArray", "impureElement", "impureMap"])
    assert.throws(() => run[name](), /must be pure/, name);
});

test("a Map keeps JavaScript's keys and order through random changes", () => {
  const next = random(5);
  const keys = [0, -0, NaN, 1, 2, 3, 0.5, 1e300, -7, 4294967296, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
  for (let round = 0; round < 20; round++) {
    run.__reset2();
    run.start();
    const m = new Map();
    for (let step = 0; step < 300; step++) {
      const k = keys[Math.floor(next() * keys.length)];
      const what = next();
      if (what < 0.6) (m.set(k, step), run.mapSet(k, step));
      else if (what < 0.99) assert.equal(run.mapDelete(k), Number(m.delete(k)));
      else (m.clear(), run.mapClear());
    }
    const entries = [...m].map(([k, v]) => ` ${k}:${v}`).join("");
    assert.equal(readString(run, run.mapShow()), m.size + entries + entries);
  }
});

test("a Map may change while it is iterated", () => {
  for (const n of [0, 3, 10, 30, 60]) {
    run.__reset2();
    run.start();
    const m = new Map();
    for (let k = 0; k < 50; k++) (m.set(k, k), run.mapSet(k, k));
    let expected = "";
    let turns = 0;
    for (const k of m.keys()) {
      if (turns >= 200) break;
      expected += ` ${k}`;
      if (k % 3 === 0) m.delete(k);
      if (k % 5 === 0) m.delete(k + 1);
      if (turns < n) m.set(k + 100, turns);
      if (turns === n) (m.delete(k), m.set(k, 5));
      if (k === 142) (m.clear(), m.set(7, 7));
      turns++;
    }
    assert.equal(readString(run, run.mapWalk(n)), expected, `n = ${n}`);
  }
});

test("a Set is JavaScript's", () => {
  run.__reset2();
  assert.equal(readString(run, run.setShow(writeString(run, "a b a c b"))), "3,a,c,ztrueacz");
});
