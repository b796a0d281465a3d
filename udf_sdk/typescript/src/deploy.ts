// `node wordCount.js` with LIGHTFLUS_ENDPOINT set: the program's source is compiled and goes to that cluster as a job.
// Owns the steps and what is printed. The compiler is a process of its own, as it is for the command `lightflus`;
// finding the source is job_source.ts's affair, HTTP api_server.ts's.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiServer, Refused } from "./api_server.ts";
import type { Fields } from "./api_server.ts";
import { sourceOf } from "./job_source.ts";

const COMPILER_MS = 120_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;
const POLL_MS = 250;
const POLLS = 120;
const SETTLED = new Set(["running", "finished", "stopped", "failed", "canceled"]);

let isDeployed = false;

/**
 * Compiles the program that Node runs and starts it on the cluster, once, however many flows it executes. What goes
 * wrong is printed, and is the exit code.
 *
 * @param endpoint the ApiServer
 * @param namespace the job's own
 */
export async function deploy(endpoint: string, namespace: string): Promise<void> {
  if (isDeployed) return;
  isDeployed = true;
  try {
    await deployed(new ApiServer(endpoint), process.env["LIGHTFLUS_NAMESPACE"] || namespace);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    process.stderr.write(`error: ${error.message}\n${error.hint === undefined ? "" : `  help: ${error.hint}\n`}`);
    process.exitCode = 1;
  }
}

async function deployed(server: ApiServer, namespace: string): Promise<void> {
  const place = `/namespaces/${encodeURIComponent(namespace)}`;
  const { digest } = await server.ask("POST", `${place}/modules`, await compiled(sourceOf(process.argv[1])));
  let job = await server.ask("POST", `${place}/jobs`, { module: digest }, { "Idempotency-Key": randomUUID() });
  console.log(`deployed ${job["name"]} in namespace ${namespace} at ${server.name}`);
  for (let polls = 0; polls < POLLS && !SETTLED.has(String(job["status"])); polls++) {
    await sleep(POLL_MS);
    job = await server.ask("GET", `${place}/jobs/${encodeURIComponent(String(job["name"]))}`);
  }
  if (job["status"] === "failed") throw failure(job);
  console.log(`${job["name"]} is ${job["status"]}; lightflus status ${job["name"]} shows more`);
}

function failure(job: Fields): Refused {
  const error = (job["error"] ?? {}) as Fields;
  const where = error["where"] ? ` (${error["where"]})` : "";
  return new Refused(`${job["name"]} has failed: ${error["message"] ?? "it does not say why"}${where}`, error["hint"] as string | undefined);
}

/** The module of a source. Throws Refused with all that the compiler says. */
async function compiled(source: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = mkdtempSync(join(tmpdir(), "lightflus-"));
  try {
    const out = join(folder, "job.wasm");
    await run([compilerPath(), "build", source, "--out", out]);
    return new Uint8Array(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(command: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, command, { timeout: COMPILER_MS, maxBuffer: OUTPUT_BYTES }, (error, _said, complaints) => {
      if (error === null) resolve();
      else reject(new Refused(complaints.trim() || `the compiler ended: ${error.message}`));
    });
  });
}

/** It lies beside this package's entry, or in a checkout one folder up. */
function compilerPath(): string {
  const places = ["./lf-tsc.mjs", "../lf-tsc.mjs"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new Refused("the compiler of lightflus-api is not beside it", "do not bundle lightflus-api into the program; install it with npm");
  return found;
}
