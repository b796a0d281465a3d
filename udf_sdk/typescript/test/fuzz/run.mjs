// Generated programs by the thousand, each under Node and as a module; what differs is made smaller and printed.
//   npm run fuzz -- [--seeds 2000] [--from 1] [--no-shrink]
import { compare, isFault } from "./compare.mjs";
import { programOf } from "./program.mjs";
import { shrink } from "./shrink.mjs";

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const [from, seeds] = [option("from", 1), option("seeds", 2000)];
const counts = {};
let faults = 0;
const told = () => Object.entries(counts).map(([kind, n]) => `${n} ${kind}`).join(", ");
for (let seed = from; seed < from + seeds; seed++) {
  const source = programOf(seed);
  const outcome = await compare(source);
  counts[outcome.kind] = (counts[outcome.kind] ?? 0) + 1;
  if (process.argv.includes("--verbose") && outcome.kind !== "same") console.log(`seed ${seed}: ${outcome.kind}\n${outcome.said.slice(0, 1500)}`);
  if ((seed - from) % 50 === 49) console.error(`to seed ${seed}: ${told()}`);
  if (!isFault(outcome)) continue;
  faults++;
  const small = process.argv.includes("--no-shrink") ? source : await shrink(source, outcome);
  console.log(`==== seed ${seed}: ${outcome.kind}\n${outcome.said.slice(0, 1000)}\n---- made smaller:\n${small}`);
}
console.log(`${seeds} programs from seed ${from}: ${told()}`);
process.exitCode = faults === 0 ? 0 : 1;
