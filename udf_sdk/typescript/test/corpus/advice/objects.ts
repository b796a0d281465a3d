// Advice about objects by key.
// way out: use Record<string, T> for all keys, or a type with the fields and a Record<string, T> in it
interface Counted { total: number; byWord: Record<string, number> }

export function objects(s: string): string[] {
  const counted: Counted = { total: 0, byWord: {} };
  const other = { a: 1 };
  const maybe: Record<string, number | undefined> = { a: 1, b: undefined };
  // way out: name its fields: { a: other.a }
  // way out: write it as text
  const named: Record<string, number> = { a: other.a, "b c": 2 };
  for (const c of s) {
    // way out: make it text: String(key)
    const key = String(c === "b");
    // way out: write it out: if (d[key] === undefined) d[key] = value
    if (counted.byWord[key] === undefined) counted.byWord[key] = 0;
    counted.byWord[key] += 1;
  }
  // way out: make an object by key of what is there
  const there: Record<string, number> = {};
  for (const [key, n] of Object.entries(maybe)) if (n !== undefined) there[key] = n;
  const names: string[] = [];
  // way out: name the fields, or iterate a Record<string, T>, or a Map with for (const [k, v] of m)
  for (const key in named) names.push(key);
  return [
    // way out: use Object.keys, Object.entries or a Map
    Object.keys(counted.byWord).join() + JSON.stringify(there) + names.join(),
    // way out: say what an entry is: xs.map((x): [string, number] => [x.name, x.n])
    JSON.stringify(Object.fromEntries([other].map((x): [string, number] => [s, x.a]))),
  ];
}
