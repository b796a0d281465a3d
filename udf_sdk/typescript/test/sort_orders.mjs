// The order of `sort` with comparators of every kind, also such as contradict themselves, compared with Node.
//   node test/sort_orders.mjs [ARRAYS] [SEED]     100,000 arrays unless told
import { fileURLToPath } from "node:url";
import { compile } from "./js_harness.mjs";
import { random } from "./random.mjs";

/** Of keys p and q and the elements x and y with them: JavaScript and AssemblyScript alike; rest(a, b) is a % b. */
const COMPARATORS = [
  "p - q",
  "q - p",
  "p > q ? 1 : -1",
  "p > q ? 1 : 0",
  "p < q ? -1 : 0",
  "p < q ? -1 : 1",
  "p >= q ? 1 : -1",
  "p > q ? -1 : 1",
  "p == q ? NaN : p - q",
  "rest(p, 3) == 0 ? NaN : p - q",
  "NaN",
  "1",
  "-1",
  "0",
  "rest(p, 5) - rest(q, 5)",
  "rest(p * 7 + q * 13, 11) - 5",
  "rest(x * 31 + y * 17, 3) - 1",
  "rest(p, 2) == 0 ? 1 : p - q",
  "p > q ? 0.5 : -0.25",
  "p > q ? Infinity : -Infinity",
];
const LONGEST = 5000;

/** An array of elements `key * 10000 + place`, of a shape in which runs, equals and turns come together in some way. */
function made(next) {
  const whole = (n) => Math.floor(next() * n);
  const length = whole(4) === 0 ? whole(LONGEST) : whole(130);
  const keys = 1 + whole([3, 20, 1000][whole(3)]);
  const rising = whole(3) === 0;
  const noise = next() * 0.2;
  let key = whole(keys);
  return Array.from({ length }, (_, i) => {
    key = next() < noise || !rising ? whole(keys) : whole(40) === 0 ? 0 : key + whole(3);
    return key * 10000 + i;
  });
}

export async function sortModule() {
  const cases = COMPARATORS.map((c, i) => `case ${i}: return ${c.replace(/(?<![.\d])\d+(?![.\d])/g, "$&.0")};`);
  const run = await compile(`
    let list = new Array<f64>(0);
    let which: i32 = 0;
    function rest(a: f64, b: f64): f64 { return __js.number_remainder(a, b); }
    function by(env: usize, x: f64, y: f64): f64 {
      const p = Math.floor(x / 10000), q = Math.floor(y / 10000);
      switch (which) { ${cases.join("\n")} default: return 0; }
    }
    export function fresh(n: i32): usize { list = new Array<f64>(n); return list.dataStart; }
    export function sort(comparator: i32): void { which = comparator; __js.array_sort<f64>(list, 0, by); }`, { optimize: 3 });
  run.__mark();
  return run;
}

/** What differs from Node in so many arrays. */
export function differences(run, count, seed) {
  const next = random(seed);
  const functions = COMPARATORS.map((c) => new Function("x", "y", `const rest = (a, b) => a % b, p = Math.floor(x / 10000), q = Math.floor(y / 10000); return ${c};`));
  const found = [];
  for (let i = 0; i < count; i++) {
    const given = made(next);
    const comparator = Math.floor(next() * COMPARATORS.length);
    const place = run.fresh(given.length);
    new Float64Array(run.memory.buffer, place, given.length).set(given);
    run.sort(comparator);
    const sorted = new Float64Array(run.memory.buffer, place, given.length);
    const wanted = given.slice().sort(functions[comparator]);
    if (wanted.some((v, k) => v !== sorted[k])) found.push(`array ${i} of ${given.length} by ${COMPARATORS[comparator]}`);
    if (i % 100 === 99) run.__reset2();
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count = "100000", seed = "1"] = process.argv.slice(2);
  const run = await sortModule();
  const found = differences(run, Number(count), Number(seed));
  for (const line of found.slice(0, 20)) console.log(line);
  console.log(`${found.length} of ${count} arrays are in another order`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
