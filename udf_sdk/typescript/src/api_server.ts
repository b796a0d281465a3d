// Asking the ApiServer that LIGHTFLUS_ENDPOINT names: its address, its token, requests, problems as errors.
// The token is LIGHTFLUS_TOKEN, or the one that `lightflus cluster up` has kept for the endpoint in a file of the user's.
// What is asked for is deploy.ts's affair; the routes stand in docs/rest-api.md.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const PATIENCE_MS = 60_000;
const SCHEMES = /^https?:\/\//;

/** Something that the user can mend, or that is away; printed without a stack. */
export class Refused extends Error {
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** What an answer holds. */
export type Fields = Readonly<Record<string, unknown>>;

/** One ApiServer. */
export class ApiServer {
  /** `host:port`, by which its token is kept. */
  readonly name: string;
  private readonly base: string;
  private readonly token: string | undefined;

  /** @param endpoint `host:port`, `http://host:port` or `https://host` */
  constructor(endpoint: string) {
    const url = parsed(endpoint);
    this.name = `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
    this.base = `${url.origin}/v1`;
    this.token = process.env["LIGHTFLUS_TOKEN"] || keptToken(this.name);
  }

  /** The JSON of an answer. Throws Refused: nobody answers, or the answer is a problem. */
  async ask(method: "GET" | "POST", path: string, body?: Fields | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}): Promise<Fields> {
    const isModule = body instanceof Uint8Array;
    const content = body === undefined || isModule ? body : JSON.stringify(body);
    const type = isModule ? "application/wasm" : "application/json";
    const answer = await this.answered(path, {
      method,
      headers: { ...this.login(), ...(content === undefined ? {} : { "Content-Type": type }), ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(content === undefined ? {} : { body: content }),
    });
    const found = (await answer.json().catch(() => ({}))) as Fields;
    if (!answer.ok) throw this.refusal(answer.status, found);
    return found;
  }

  private login(): Record<string, string> {
    return this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` };
  }

  private async answered(path: string, request: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.base}${path}`, request);
    } catch (error) {
      const { message, cause } = error as Error & { cause?: { code?: string; message?: string } };
      const reason = cause?.code ?? cause?.message ?? message;
      throw new Refused(`no ApiServer answers at ${this.name}: ${reason}`, "LIGHTFLUS_ENDPOINT says where it is; `lightflus cluster up` starts one on this machine");
    }
  }

  private refusal(status: number, said: Fields): Refused {
    const problems = Array.isArray(said["problems"]) ? (said["problems"] as Fields[]) : [];
    const texts = problems.map((p) => (p["where"] ? `${p["where"]}: ${p["what"]}` : String(p["what"])));
    const detail = String(said["detail"] ?? `the answer is ${status}`);
    const all = [detail, ...texts.filter((text) => !text.endsWith(detail))].join("\n  ");
    const hint = problems.map((p) => p["hint"]).find((text) => typeof text === "string") as string | undefined;
    if (status !== 401) return new Refused(all, hint);
    return new Refused(all, `put a token for ${this.name} into LIGHTFLUS_TOKEN; \`lightflus cluster up\` keeps its own in ${tokenFile()}`);
  }
}

function parsed(endpoint: string): URL {
  try {
    const url = new URL(SCHEMES.test(endpoint) ? endpoint : `http://${endpoint}`);
    if (url.pathname === "/" && !url.search && !url.username && (SCHEMES.test(endpoint) || url.port || endpoint.endsWith(":80"))) return url;
  } catch {
    // said below
  }
  throw new Refused(`LIGHTFLUS_ENDPOINT is no address of an ApiServer: '${endpoint}'`, "write host:port, http://host:port or https://host");
}

function tokenFile(): string {
  return join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "lightflus", "tokens.json");
}

function keptToken(name: string): string | undefined {
  const path = tokenFile();
  try {
    const kept = (JSON.parse(readFileSync(path, "utf8")) as Fields)[name];
    return typeof kept === "string" ? kept : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Refused(`the file of tokens cannot be read: ${path}`, "mend or remove it, or set LIGHTFLUS_TOKEN");
  }
}
