// A program under Node and as a module: what differs, in one word and with the lines that say it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { format } from "../../.build/compiler/diagnostics.mjs";
import { runModule } from "../host.mjs";
import { compileJob, inputsOf, runPlain } from "../jobs.mjs";

const folder = mkdtempSync(join(tmpdir(), "lightflus-fuzz-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
let counter = 0;

/** "same"; "typescript", "refused", "throws" (under Node): not compared; "differs", "internal", "impure", "fails": a fault of ours. */
export async function compare(source) {
  const file = join(folder, `p${counter++}.ts`);
  writeFileSync(file, source);
  const { wasm, diagnostics } = await compileJob(file);
  const has = (code) => diagnostics.some((d) => d.code.startsWith(code));
  const said = diagnostics.map(format).join("\n");
  if (has("TS")) return { kind: "typescript", said };
  if (has("LF900")) return { kind: "internal", said };
  if (has("LF201")) return { kind: "impure", said };
  if (!wasm) return { kind: "refused", said };
  const inputs = inputsOf(file);
  let expected;
  try {
    expected = (await runPlain(file, inputs)).redis;
  } catch (error) {
    return { kind: "throws", said: String(error) };
  }
  try {
    const actual = runModule(wasm, inputs, {}).redis;
    const different = expected.flatMap((e, i) => (e.value === actual[i]?.value ? [] : [{ case: Number(e.key), said: `case${e.key}\n  node ${e.value}\n  wasm ${actual[i]?.value}` }]));
    return different.length === 0 ? { kind: "same", said: "" } : { kind: "differs", said: different[0].said, case: different[0].case };
  } catch (error) {
    return { kind: "fails", said: `${error.message} ${error.file ?? ""}:${error.line ?? ""}` };
  }
}

/** Whether the outcome is a fault of the compiler or its library. */
export const isFault = ({ kind }) => ["differs", "internal", "impure", "fails"].includes(kind);
