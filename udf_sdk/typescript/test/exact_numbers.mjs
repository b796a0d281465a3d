// Numbers as text and text as numbers, compared with Node bit by bit: seeded values of every kind on which algorithms differ.
//   node test/exact_numbers.mjs [COUNT] [SEED]     a million of each kind unless told
import { fileURLToPath } from "node:url";
import { compile, readString } from "./js_harness.mjs";
import { pick, random } from "./random.mjs";

const bits = new DataView(new ArrayBuffer(8));
const whole = (next, n) => Math.floor(next() * n);
const digits = (next, n) => Array.from({ length: n }, () => whole(next, 10)).join("");

function fromBits(high, low) {
  bits.setUint32(0, high);
  bits.setUint32(4, low);
  return bits.getFloat64(0);
}

/** Any positive number that is not infinite, all exponents alike. */
function anyNumber(next) {
  return fromBits(whole(next, 0x7ff00000), next() * 4294967296);
}

function neighbour(next, x) {
  bits.setFloat64(0, x);
  const low = bits.getUint32(4) + whole(next, 5) - 2;
  return fromBits(bits.getUint32(0), low >>> 0);
}

/** All digits of the number in the middle between a number and the next one. */
function midpoint(x) {
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const biased = Number(word >> 52n);
  const fraction = word & 0xfffffffffffffn;
  const m = (biased ? fraction | 0x10000000000000n : fraction) * 2n + 1n;
  const e = (biased || 1) - 1076;
  if (e >= 0) return (m << BigInt(e)).toString();
  const all = (m * 5n ** BigInt(-e)).toString().padStart(1 - e, "0");
  return `${all.slice(0, e)}.${all.slice(e)}`;
}

/** Numbers whose text is asked for. */
export const NUMBERS = {
  bits: (next) => anyNumber(next) * (next() < 0.5 ? -1 : 1),
  subnormal: (next) => fromBits(whole(next, 0x100000), next() * 4294967296),
  integer: (next) => Math.floor(next() * 10 ** whole(next, 23)),
  power: (next) => neighbour(next, next() < 0.5 ? 10 ** (whole(next, 630) - 320) : 2 ** (whole(next, 2000) - 1020)),
  short: (next) => Number(`${digits(next, 1 + whole(next, 17))}e${whole(next, 60) - 30}`),
  large: (next) => Number(`${1 + whole(next, 9)}${digits(next, 15 + whole(next, 4))}e${whole(next, 30)}`),
};

/** Texts that are read. */
export const TEXTS = {
  long: (next) => `${digits(next, 1 + whole(next, 40))}.${digits(next, whole(next, 40))}e${whole(next, 700) - 350}`,
  zeros: (next) => digits(next, 1 + whole(next, 25)) + "0".repeat(whole(next, 320)) + (next() < 0.5 ? "." + "0".repeat(whole(next, 20)) : ""),
  behindZeros: (next) => `0.${"0".repeat(whole(next, 340))}${digits(next, 1 + whole(next, 40))}`,
  seventeen: (next) => anyNumber(next).toPrecision(17 + whole(next, 20)),
  shortest: (next) => String(anyNumber(next)),
  nineteen: (next) => `${digits(next, 17 + whole(next, 4))}e${whole(next, 60) - 40}`,
  middle: (next) => midpoint(anyNumber(next)),
  nearMiddle: (next) => `${midpoint(anyNumber(next)).replace(/\.?$/, (end) => (end === "." ? "." : ""))}${next() < 0.5 ? "1" : "0000000001"}`,
  belowMiddle: (next) => midpoint(pick(next, [anyNumber(next), next() * 1e20])).replace(/.$/, "4"),
  huge: (next) => `${digits(next, 1 + whole(next, 900))}${next() < 0.5 ? "." : ""}${digits(next, whole(next, 900))}e${whole(next, 900) - 600}`,
  plain: (next) => `${digits(next, 1 + whole(next, 12))}.${digits(next, 1 + whole(next, 9))}`,
};

/** Digits of a radix, short and long. */
const RADIX_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

function radixText(next) {
  const radix = 2 + whole(next, 35);
  return [Array.from({ length: 1 + whole(next, next() < 0.2 ? 300 : 30) }, () => RADIX_DIGITS[whole(next, radix)]).join(""), radix];
}

const LONGEST = 2000;

/** What the module says: `text(x)`, `number(text)`. */
export async function numberModule() {
  const run = await compile(`
    const buffer: string = changetype<string>(__new(${LONGEST * 2}, idof<string>()));
    export function place(): usize { return changetype<usize>(buffer); }
    export function parse(n: i32): f64 { return __js.number_fromText(buffer.substring(0, n)); }
    export function parseRadix(n: i32, radix: f64): f64 { return __js.number_parseInt(buffer.substring(0, n), radix); }
    export function text(x: f64): string { return __js.number_toString(x); }`, { optimize: 3 });
  run.__mark();
  const place = run.place();
  let calls = 0;
  const fresh = () => {
    if (++calls % 1000 === 0) run.__reset2();
  };
  return {
    text(x) {
      fresh();
      return readString(run, run.text(x));
    },
    number(text, radix) {
      fresh();
      const units = new Uint16Array(run.memory.buffer, place, text.length);
      for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
      return radix === undefined ? run.parse(text.length) : run.parseRadix(text.length, radix);
    },
  };
}

/** What differs from Node in so many values of each kind. */
export function differences(module, count, seed) {
  const found = [];
  for (const [kind, make] of Object.entries(NUMBERS)) {
    const next = random(seed);
    for (let i = 0; i < count; i++) {
      const x = make(next);
      const text = module.text(x);
      if (text !== String(x)) found.push(`${kind}: String(${x}) is ${text}`);
    }
  }
  for (const [kind, make] of Object.entries(TEXTS)) {
    const next = random(seed);
    for (let i = 0; i < count; i++) {
      const text = make(next);
      const x = text.length > LONGEST ? Number(text) : module.number(text);
      if (!Object.is(x, Number(text))) found.push(`${kind}: Number("${text}") is ${x}, Node says ${Number(text)}`);
    }
  }
  const next = random(seed);
  for (let i = 0; i < count; i++) {
    const [text, radix] = radixText(next);
    const x = module.number(text, radix);
    if (!Object.is(x, parseInt(text, radix))) found.push(`radix: parseInt("${text}", ${radix}) is ${x}, Node says ${parseInt(text, radix)}`);
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count = "1000000", seed = "1"] = process.argv.slice(2);
  const found = differences(await numberModule(), Number(count), Number(seed));
  for (const line of found.slice(0, 20)) console.log(line.slice(0, 300));
  console.log(`${found.length} of ${Number(count) * (Object.keys(NUMBERS).length + Object.keys(TEXTS).length + 1)} values differ`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
