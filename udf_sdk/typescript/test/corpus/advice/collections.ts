// Advice about arrays, Map and Set.
interface Row { a: number; b: string }
const LIST: Readonly<{ k: number }> = Object.freeze({ k: 1 }); // way out: write Object.freeze({ ... }), or declare it Readonly<T> or `as const`

// way out: return a new object: { ...value, field: newValue }
// way out: return a new object in its place: { ...…, …: … }
// way out: write { ...a, field: value }
// way out: make an object without the field, or use a Map
const renamed = (r: Row): Row => ({ ...r, b: r.b + "!" });
// way out: write the fields in the same order everywhere
const rowOf = (a: number): Row => ({ a, b: "x" });

export function collections(s: string): string[] {
  const xs: (number | null)[] = [3, null, 1];
  const n = 3;
  const filled: number[] = [];
  // way out: write [] and push, or Array.from({ length: n }, () => value)
  filled.push(1, 2, 3);
  const sevens = Array.from({ length: n }, () => 7);
  const a = new Set(["a", "b"]);
  const b = new Set(["b", s]);
  const m = new Map<string, number>([[s, 1], ["z", 2]]);
  // way out: collect into a Map: const m = new Map<string, T[]>(), and m.set(key, [...(m.get(key) ?? []), x])
  const groups = new Map<string, number[]>();
  for (const x of filled) groups.set(x > 1 ? "many" : "one", [...(groups.get(x > 1 ? "many" : "one") ?? []), x]);
  let found = "";
  // way out: count with for (let i = 0; i < xs.length; i++)
  // way out: write the loop
  for (let i = 0; i < filled.length; i++) found += filled[i];
  // way out: write for (const x of xs)
  // way out: write for (... of ...)
  for (const x of filled) found += x;
  // way out: write for (const [i, x] of xs.entries()) directly in the loop, or use forEach((x, i) => ...)
  for (const [i, x] of filled.entries()) found += `${i}${x}`;
  filled.forEach((x, i) => { found += `${x}${i}`; });
  // way out: use it in for (const k of m.keys()) or [...m.keys()]
  for (const k of m.keys()) found += k + [...m.keys()].join();
  // way out: use it in for (const v of m.values()) or [...m.values()]
  for (const v of m.values()) found += `${v}` + [...m.values()].join();
  // way out: use it in for (const [k, v] of m.entries()) or [...m.entries()]
  for (const [k, v] of m.entries()) found += `${k}${v}` + [...m.entries()].length;
  // way out: write for (const x of s) or [...s]
  for (const x of a) found += x + [...a].join();
  // way out: write a slice() and splice the copy
  const spliced = filled.slice();
  spliced.splice(0, 1);
  // way out: write a slice() and assign to its element
  const changed = filled.slice();
  changed[1] = 9;
  return [
    found, sevens.join(), spliced.join(), changed.join(), `${LIST.k}`, renamed(rowOf(1)).b, [...groups].map(([k, v]) => `${k}:${v.join("+")}`).join(),
    // way out: sort what is there: xs.filter((x) => x != null).sort(...)
    xs.filter((x) => x != null).sort((p, q) => (p ?? 0) - (q ?? 0)).join(),
    // way out: take the others first: xs.filter((x) => x != null).flat()
    ([[1], null, [2]] as (number[] | null)[]).filter((x) => x != null).flat().join(),
    // way out: write flat(2)
    [[["a"]], [[s]]].flat(2).join(),
    // way out: write Array.from({ length: n }, (_, i) => ...)
    Array.from({ length: n }, (_, i) => i * i).join(),
    // way out: write the type: new Array<…>(…)
    new Array<number>(2).fill(5).join(),
    // way out: write each element
    // way out: write the elements or fields
    [filled[0], filled[1], 4].join(),
    // way out: write new Set([...a, ...b])
    [...new Set([...a, ...b])].join(),
    // way out: write new Set([...a].filter((x) => b.has(x)))
    [...new Set([...a].filter((x) => b.has(x)))].join(),
    // way out: write new Set([...a].filter((x) => !b.has(x)))
    [...new Set([...a].filter((x) => !b.has(x)))].join(),
    // way out: write new Set([...[...a].filter((x) => !b.has(x)), ...[...b].filter((x) => !a.has(x))])
    [...new Set([...[...a].filter((x) => !b.has(x)), ...[...b].filter((x) => !a.has(x))])].join(),
    // way out: write [...a].every((x) => b.has(x))
    // way out: write [...b].every((x) => a.has(x))
    // way out: write [...a].every((x) => !b.has(x))
    `${[...a].every((x) => b.has(x))}${[...b].every((x) => a.has(x))}${[...a].every((x) => !b.has(x))}`,
  ];
}
