// Options of a connector on their way into the graph. The compiler writes an object of options as a flat list: name, value,
// name, value; a value that is missing is null. Runs in main only.
import { failAt } from "./graph";
import { quote } from "./json";

/** Name, value, name, value. */
export type Pairs = Array<string | null>;

/** The options of one connector, in the order in which they were first said. */
export class Options {
  private names: Array<string> = [];
  private values: Array<string> = [];

  copy(): Options {
    const other = new Options();
    other.setFrom(this);
    return other;
  }

  get(name: string): string {
    const at = this.names.indexOf(name);
    return at < 0 ? "" : this.values[at];
  }

  set(name: string, value: string): void {
    const at = this.names.indexOf(name);
    if (at >= 0) {
      this.values[at] = value;
      return;
    }
    this.names.push(name);
    this.values.push(value);
  }

  remove(name: string): void {
    const at = this.names.indexOf(name);
    if (at < 0) return;
    this.names.splice(at, 1);
    this.values.splice(at, 1);
  }

  setFrom(other: Options): void {
    for (let i = 0; i < other.names.length; i++) this.set(other.names[i], other.values[i]);
  }

  setAll(pairs: Pairs | null): void {
    if (pairs) for (let i = 0; i < pairs.length; i += 2) if (pairs[i + 1] !== null) this.set(pairs[i]!, pairs[i + 1]!);
  }

  /** Options under a prefix: `registryUser` is `format.registry.user`. */
  setUnder(prefix: string, pairs: Pairs | null): void {
    if (!pairs) return;
    for (let i = 0; i < pairs.length; i += 2) {
      const value = pairs[i + 1];
      if (value !== null) this.set(prefix + "." + dotted(pairs[i]!), value);
    }
  }

  setTls(pairs: Pairs | null): void {
    this.set("tls", "true");
    this.setUnder("tls", pairs);
  }

  toJson(): string {
    let out = "{";
    for (let i = 0; i < this.names.length; i++) {
      out += (i ? "," : "") + quote(this.names[i]) + ":" + quote(this.values[i]);
    }
    return out + "}";
  }
}

/** A whole number as text. */
export function wholeText(n: f64): string {
  return (<i64>n).toString();
}

export function isWhole(n: f64, least: f64, most: f64): bool {
  return n >= least && n <= most && n == Math.floor(n);
}

/** Sets a number within its bounds. `call` is how the user said it, `unit` what it counts, or "". */
export function setWhole(options: Options, name: string, n: f64, least: f64, most: f64, call: string, unit: string, meta: string): void {
  if (!isWhole(n, least, most)) {
    const what = "a " + call.substring(0, call.indexOf("(")) + " is a whole number" + (unit.length ? " of " + unit : "");
    failAt(meta, call + ": " + what + " from " + wholeText(least) + " to " + wholeText(most));
  }
  options.set(name, wholeText(n));
}

/** What has to be said; going on where a group left off needs a group. */
export function checkSaid(options: Options, what: string, needs: Array<string>, meta: string): void {
  for (let i = 0; i < needs.length; i++) {
    if (!options.get(needs[i]).length) failAt(meta, "this " + what + " has no " + needs[i] + ": add ." + needs[i] + "(name) to it");
  }
  if (options.get("start") == "group" && !options.get("group").length) {
    failAt(meta, 'startFrom("group") needs a group: add .group(name) to it');
  }
}

/** Words joined by capitals -> words joined by dots. */
function dotted(name: string): string {
  let out = "";
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    out += c >= 65 && c <= 90 ? "." + String.fromCharCode(c + 32) : name.charAt(i);
  }
  return out;
}

export class Secret {
  static env(name: string): string {
    return "env:" + name;
  }

  static file(path: string): string {
    return "file:" + path;
  }
}
