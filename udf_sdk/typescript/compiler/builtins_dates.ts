// Methods of Date: those that depend on nothing but the moment. Local time, and changing a date, are refused.
import { helper, table } from "./builtins_table.ts";

const parts = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"];

export const dateMethods = table(
  ["getTime", helper("date_getTime")],
  ...parts.map((part) => [`getUTC${part}`, helper(`date_getUTC${part}`)] as const),
  ["toISOString", helper("date_toISOString", [], { position: true })],
  ["valueOf", helper("date_getTime")],
);

/** What to write instead of another method of Date. */
export function dateHint(name: string): string | undefined {
  const local = /^get([A-Z]\w*)$/.exec(name)?.[1];
  if (local !== undefined && parts.includes(local)) return `use getUTC${local}(): the zone of the machine is not known in a job`;
  if (name.startsWith("set")) return "make another one: new Date(date.getTime() + milliseconds), or new Date(Date.UTC(...))";
  return /^to[A-Z]|^toString$/.test(name) ? "use toISOString(), and slice(0, 10) of it for the day" : undefined;
}
