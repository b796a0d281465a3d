// Programs outside the subset: each line marked `// error` is complained about, once, and no other line is; what is said
// stands in the .txt file beside the program (UPDATE=1 writes these files anew: read the difference).
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { format } from "../.build/compiler/diagnostics.mjs";
import { compileJob, jobsIn } from "./jobs.mjs";

for (const file of jobsIn("errors")) {
  const name = basename(file, ".ts");

  test(`${name}: every marked line is complained about, and no other`, async () => {
    const { diagnostics } = await compileJob(file, { checkOnly: true });
    const marked = readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, i) => (line.endsWith("// error") ? [i + 1] : []));
    assert.deepEqual(
      diagnostics.map((d) => d.line),
      marked,
      diagnostics.map(format).join("\n\n"),
    );
  });

  test(`${name}: each complaint is what it was`, async () => {
    const { diagnostics } = await compileJob(file, { checkOnly: true });
    const said = diagnostics.map((d) => `${d.line}:${d.column} ${d.code} ${d.message}\n    ${d.hint}\n`).join("");
    const golden = file.replace(/\.ts$/, ".txt");
    if (process.env.UPDATE) writeFileSync(golden, said);
    assert.equal(said, readFileSync(golden, "utf8"));
  });

  test(`${name}: every complaint has a code of ours or TypeScript's, and ours a way out`, async () => {
    const { diagnostics } = await compileJob(file, { checkOnly: true });
    for (const d of diagnostics) {
      assert.match(d.code, /^(LF[1-4]\d\d|TS\d+)$/);
      if (d.code.startsWith("LF")) assert.notEqual(d.hint, "", `${d.code} ${d.message}`);
    }
  });
}
