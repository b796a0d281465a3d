// Methods of RegExp, and the methods of strings that may be given one. The helpers are assembly/js/patterns.ts.
import { helper, table, text } from "./builtins_table.ts";

export const regexpMethods = table(
  ["exec", helper("regexp_exec", [text()])],
  ["test", helper("regexp_test", [text()])],
  ["toString", helper("regexp_toString")],
);

/** Methods of strings that take a pattern. */
export const WITH_PATTERN: ReadonlySet<string> = new Set(["match", "matchAll", "replace", "replaceAll", "search", "split"]);
