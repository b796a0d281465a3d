// How many parameters a statement has, as assembly/sql.ts counts them.

const QUOTED =
  /'(?:[^'\\]|\\.)*(?:'|$)|"(?:[^"\\]|\\.)*(?:"|$)|`[^`]*(?:`|$)|--(?=\s|$)[^\n]*|#[^\n]*|\/\*[^]*?(?:\*\/|$)/g;

/** The number of `?` outside of texts, names and comments. */
export function parameterCount(sql: string): number {
  return sql.replace(QUOTED, "").split("?").length - 1;
}
