import type { Program } from "./check.ts";
import type { Diagnostics } from "./diagnostics.ts";

export function checkPurity(_program: Program, _diagnostics: Diagnostics): void {}
