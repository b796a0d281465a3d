// The string helpers of assembly/js against Node, on texts with every kind of edge.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compile, readString, writeString } from "./js_harness.mjs";
import { pick, random } from "./random.mjs";

const AT = `"t.ts", 1, 1`;

/** [name, what JavaScript says of s, t and i, the lowered text]; each gives a string. */
const CASES = [
  ["length", (s) => String(s.length), "__js.str<f64>(__js.string_length(s))"],
  ["charAt", (s, _t, i) => s.charAt(i), "__js.string_charAt(s, i)"],
  ["charCodeAt", (s, _t, i) => String(s.charCodeAt(i)), "__js.str<f64>(__js.string_charCodeAt(s, i))"],
  [
    "codePointAt",
    (s, _t, i) => String(s.codePointAt(i)),
    '(__js.string_codePointAtOk(s, i) ? __js.str<f64>(__js.found<f64>()) : "undefined")',
  ],
  ["at", (s, _t, i) => String(s.at(i)), "shown(__js.string_at(s, i))"],
  ["unit that may be missing", (s, _t, i) => String(s[i]), "shown(__js.string_peek(s, i))"],
  ["includes", (s, t, i) => String(s.includes(t, i)), "__js.str<bool>(__js.string_includes(s, t, i))"],
  ["indexOf", (s, t, i) => String(s.indexOf(t, i)), "__js.str<f64>(__js.string_indexOf(s, t, i))"],
  ["lastIndexOf", (s, t, i) => String(s.lastIndexOf(t, i)), "__js.str<f64>(__js.string_lastIndexOf(s, t, i))"],
  [
    "lastIndexOf to the end",
    (s, t) => String(s.lastIndexOf(t)),
    "__js.str<f64>(__js.string_lastIndexOf(s, t, Infinity))",
  ],
  ["startsWith", (s, t, i) => String(s.startsWith(t, i)), "__js.str<bool>(__js.string_startsWith(s, t, i))"],
  ["endsWith", (s, t, i) => String(s.endsWith(t, i)), "__js.str<bool>(__js.string_endsWith(s, t, i))"],
  ["slice", (s, _t, i) => s.slice(i), "__js.string_slice(s, i, Infinity)"],
  ["slice of two", (s, t, i) => s.slice(i, t.length - 2), "__js.string_slice(s, i, __js.string_length(t) - 2)"],
  ["substring", (s, t, i) => s.substring(i, t.length), "__js.string_substring(s, i, __js.string_length(t))"],
  ["substr", (s, t, i) => s.substr(i, t.length), "__js.string_substr(s, i, __js.string_length(t))"],
  ["trim", (s) => s.trim(), "__js.string_trim(s)"],
  ["trimStart", (s) => s.trimStart(), "__js.string_trimStart(s)"],
  ["trimEnd", (s) => s.trimEnd(), "__js.string_trimEnd(s)"],
  ["split", (s, t) => s.split(t).join("|"), '__js.array_join<string>(__js.string_split(s, t), "|")'],
  [
    "split count",
    (s, t) => String(s.split(t).length),
    "__js.str<f64>(__js.array_length<string>(__js.string_split(s, t)))",
  ],
  [
    "split with limit",
    (s, t, i) => s.split(t, i).join("|"),
    '__js.array_join<string>(__js.string_splitLimit(s, t, i), "|")',
  ],
  ["concat", (s, t) => s.concat(t, "-", s), '__js.string_concat(s, [t, "-", s])'],
  ["repeat", (s, _t, i) => s.repeat(Math.abs(i) % 5), `__js.string_repeat(s, Math.abs(i) % 5, ${AT})`],
  ["padStart", (s, t, i) => s.padStart(Math.min(i, 30), t), "__js.string_padStart(s, Math.min(i, 30), t)"],
  ["padEnd", (s, t, i) => s.padEnd(Math.min(i, 30), t), "__js.string_padEnd(s, Math.min(i, 30), t)"],
  ["replace", (s, t) => s.replace(t, "[$&|$$|$1|$`|$'|$]"), '__js.string_replace(s, t, "[$&|$$|$1|$`|$\'|$]")'],
  ["replaceAll", (s, t) => s.replaceAll(t, "<>"), '__js.string_replaceAll(s, t, "<>")'],
  ["replaceAll with nothing", (s, t) => s.replaceAll(t, ""), '__js.string_replaceAll(s, t, "")'],
  ["toLowerCase", (s) => s.toLowerCase(), "__js.string_toLowerCase(s)"],
  ["toUpperCase", (s) => s.toUpperCase(), "__js.string_toUpperCase(s)"],
  [
    "comparison",
    (s, t) => `${s < t}${s > t}${s <= t}${s >= t}${s === t}`,
    "`${s < t}${s > t}${s <= t}${s >= t}${s == t}`",
  ],
  ["code points", (s) => [...s].join("|"), '__js.array_join<string>(__js.string_units(s), "|")'],
];

const TEXTS = [
  "",
  " ",
  "a",
  "abc",
  "hello world",
  "a,b,,c",
  ",",
  ",,",
  "héllo wörld",
  "日本語 テスト",
  "x😀y😀",
  "\ud83d",
  "\ude00\ud83d",
  "aaaa",
  "abababa",
  "  \t pad \r\n\u00a0\ufeff",
  "İıßΣΑΣ ΑΣ. ς",
  "ǅ ŉ ﬁ ΐ",
  "one two three four five six seven eight nine ten eleven",
  "aaaaaaaa b cccccccccccccccc d eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee f",
  "\u2028x\u2029",
  "Straße",
  "ﬀ",
  "𐐀𐐨",
  "\0a\0",
  "$&",
  "z",
  "Z",
  "ab",
  "a b c d e f g h i j",
];
const PLACES = [0, -0.5, 1, 2, -1, -2, 3.7, -3.7, 100, -100, Infinity, -Infinity, NaN, 5];

let run;
before(async () => {
  const body = CASES.map(
    ([, , text], k) => `export function f${k}(s: string, t: string, i: f64): string { return ${text}; }`,
  );
  body.push(
    "export function newText(n: i32): string { return changetype<string>(__new(<usize>n << 1, idof<string>())); }",
  );
  body.push('function shown(s: string | null): string { return s == null ? "undefined" : s; }');
  body.push("export function lower(s: string): string { return __js.string_toLowerCase(s); }");
  body.push("export function upper(s: string): string { return __js.string_toUpperCase(s); }");
  run = await compile(body.join("\n"));
  run.__mark();
});

CASES.forEach(([name, js], k) => {
  test(`string ${name} is Node's`, () => {
    const next = random(k + 1);
    for (const s of TEXTS) {
      for (const t of ["", " ", ",", "a", "ab", "aa", "😀", "\ude00", "three", s, pick(next, TEXTS)]) {
        for (const i of PLACES) {
          run.__reset2();
          const actual = readString(run, run[`f${k}`](writeString(run, s), writeString(run, t), i));
          assert.ok(
            actual === js(s, t, i),
            `${name} of ${JSON.stringify([s, t, i])}: got ${JSON.stringify(actual)}, JavaScript says ${JSON.stringify(js(s, t, i))}`,
          );
        }
      }
    }
  });
});

test("case of every code point is Node's", () => {
  // letters that came after Unicode 13: docs/typescript.md says so
  const younger = [
    [0x19b, 0x19b],
    [0x264, 0x264],
    [0x1c89, 0x1c8a],
    [0x2c2f, 0x2c2f],
    [0x2c5f, 0x2c5f],
    [0xa7c0, 0xa7c1],
    [0xa7cb, 0xa7dc],
    [0x10570, 0x105bf],
    [0x10d50, 0x10d85],
    [0x16ea0, 0x16eff],
  ];
  const wrong = [];
  for (let c = 0; c < 0x20000; c++) {
    if (younger.some(([from, to]) => c >= from && c <= to)) continue;
    run.__reset2();
    const s = String.fromCodePoint(c);
    if (readString(run, run.lower(writeString(run, s))) !== s.toLowerCase()) wrong.push(c.toString(16));
    if (readString(run, run.upper(writeString(run, s))) !== s.toUpperCase()) wrong.push(c.toString(16));
  }
  assert.deepEqual(wrong, []);
});
