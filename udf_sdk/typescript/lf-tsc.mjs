// The compiler's command: lf-tsc.mjs build job.ts --out job.wasm --json. Everything else is in compiler/main.ts.
//
// A single build of a cold process spends most of its time in V8, making asc's own wasm fast; the baseline compiler alone
// is three times quicker. The flag must stand before that wasm is loaded.
import { setFlagsFromString } from "node:v8";

setFlagsFromString("--liftoff-only");
const { main } = await import("./compiler/main.mjs");
process.exitCode = await main(process.argv.slice(2));
