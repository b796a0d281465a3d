// The compiler's command: lf-tsc.mjs build job.ts --out job.wasm --json. Everything else is in compiler/main.ts.
//
// A single build of a cold process spends most of its time in V8, making asc's own wasm fast; the baseline compiler alone
// is three times quicker. The flag must stand before that wasm is loaded. What is thrown here is a defect of ours; it is
// printed without the source line that Node would add, since that line can be megabytes long.
import { setFlagsFromString } from "node:v8";

setFlagsFromString("--liftoff-only");
try {
  const { main } = await import("./compiler/main.mjs");
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`internal error of the compiler, please report: ${error?.stack ?? error}`);
  process.exitCode = 70;
}
