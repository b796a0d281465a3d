// What to write instead of a regular expression, as exactly as its form allows: plain text, a class of characters, with or
// without anchors, as people write them in split, replace and test. Builds text for messages only.
import ts from "typescript-compiler-api";

const GENERAL = "use split, indexOf, includes, startsWith and replaceAll with plain text, or go through the text with a loop";

/** What a pattern of a simple form matches. */
type Form =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "class"; readonly test: string; readonly many: boolean };

/** The way out for the expression, where it stands. It means the same for every text. */
export function withoutRegex(node: ts.RegularExpressionLiteral): string {
  const end = node.text.lastIndexOf("/");
  const flags = node.text.slice(end + 1);
  const { method, subject, second } = used(node);
  const anyCase = flags.includes("i");
  if (/[msyv]/.test(flags) || (anyCase && method !== "test")) return GENERAL;
  const written = node.text.slice(1, end);
  const source = anyCase ? written.replace(/\\.|[A-Z]/g, (m) => (m.length > 1 ? m : m.toLowerCase())) : written;
  const text = anyCase ? `${subject}.toLowerCase()` : subject;
  const units = flags.includes("u") ? `[...${text}]` : `${text}.split("")`;
  const way =
    method === "split"
      ? forSplit(source, text, units)
      : method === "replace" || method === "replaceAll"
        ? forReplace(source, text, units, second, flags.includes("g") || method === "replaceAll")
        : method === "test"
          ? forTest(source, text, units)
          : undefined;
  return way === undefined ? GENERAL : `write ${way}`;
}

interface Use {
  readonly method: string | undefined;
  readonly subject: string;
  readonly second: string;
}

/** `subject.method(/x/, second)` or `/x/.test(subject)`. */
function used(node: ts.RegularExpressionLiteral): Use {
  const { parent } = node;
  const nothing = { method: undefined, subject: "text", second: '""' };
  if (ts.isCallExpression(parent) && ts.isPropertyAccessExpression(parent.expression) && parent.arguments[0] === node) {
    const { expression, name } = parent.expression;
    return { method: name.text, subject: short(expression), second: short(parent.arguments[1], '""') };
  }
  if (!ts.isPropertyAccessExpression(parent) || !ts.isCallExpression(parent.parent)) return nothing;
  return { method: parent.name.text, subject: short(parent.parent.arguments[0]), second: '""' };
}

/** The user's own text, while it is a short one. */
function short(node: ts.Expression | undefined, otherwise = "text"): string {
  const written = node?.getText() ?? otherwise;
  return written.length <= 30 && !written.includes("\n") && !written.includes("/") ? written : otherwise;
}

/** Empty texts between neighbouring separators go, those at both ends stay, as a repeated class leaves them. */
const BETWEEN = '.filter((w, i, all) => w !== "" || i === 0 || i === all.length - 1)';

function forSplit(source: string, text: string, units: string): string | undefined {
  if (source === "\\r?\\n") return `${text}.replaceAll("\\r\\n", "\\n").split("\\n")`;
  const form = formOf(source);
  if (form?.kind === "text") return `${text}.split(${JSON.stringify(form.text)})`;
  if (form !== undefined) return bySeparator(form, source, text, units);
  const [before, after] = [source.startsWith("\\s*"), source.endsWith("\\s*")];
  const inner = formOf(source.slice(before ? 3 : 0, after ? -3 : undefined));
  if (inner?.kind !== "text") return undefined;
  const start = after ? "(i > 0 ? w.trimStart() : w)" : "w";
  const whole = before ? `(i < all.length - 1 ? ${start}.trimEnd() : ${start})` : start;
  return `${text}.split(${JSON.stringify(inner.text)}).map((w, i, all) => ${whole})`;
}

/** All characters of the class become one of them, at which the text is split. */
function bySeparator(form: Form & { kind: "class" }, source: string, text: string, units: string): string | undefined {
  const separator = [...` ,;.-_/0aAxzZ!?#|:\t\n${source}`].find((c) => new RegExp(`^${source}$`).test(c));
  if (separator === undefined) return undefined;
  const quoted = JSON.stringify(separator);
  const isAlone = form.test === `c === ${quoted}`;
  const alike = isAlone ? text : `${units}.map((c) => (${form.test} ? ${quoted} : c)).join("")`;
  return `${alike}.split(${quoted})${form.many ? BETWEEN : ""}`;
}

function forReplace(source: string, text: string, units: string, by: string, all: boolean): string | undefined {
  const isPlain = /^(["'`])[^$\\]*\1$/.test(by);
  const isNothing = isPlain && by.length === 2;
  if (isNothing && all && /^(\^\\s[+*]\|\\s[+*]\$|\\s[+*]\$\|\^\\s[+*])$/.test(source)) return `${text}.trim()`;
  if (isNothing && /^\^\\s[+*]$/.test(source)) return `${text}.trimStart()`;
  if (isNothing && /^\\s[+*]\$$/.test(source)) return `${text}.trimEnd()`;
  const form = formOf(source);
  if (form?.kind === "text") return `${text}.${all ? "replaceAll" : "replace"}(${JSON.stringify(form.text)}, ${by})`;
  if (form === undefined || !all || !isPlain) return undefined;
  if (form.many && !isNothing) return `${bySeparator(form, source, text, units)}.join(${by})`;
  return `${units}.map((c) => (${form.test} ? ${by} : c)).join("")`;
}

function forTest(source: string, text: string, units: string): string | undefined {
  const [atStart, atEnd] = [source.startsWith("^"), /(^|[^\\])\$$/.test(source)];
  const form = formOf(source.slice(atStart ? 1 : 0, atEnd ? -1 : undefined));
  if (form === undefined) return undefined;
  if (form.kind === "text") {
    const quoted = JSON.stringify(form.text);
    if (atStart && atEnd) return `${text} === ${quoted}`;
    return `${text}.${atStart ? "startsWith" : atEnd ? "endsWith" : "includes"}(${quoted})`;
  }
  if (atStart && atEnd && form.many) return `${text} !== "" && ${units}.every((c) => ${form.test})`;
  return atStart || atEnd ? undefined : `${units}.some((c) => ${form.test})`;
}

/** Plain text, or one class of characters that may repeat; undefined for everything else. */
function formOf(source: string): Form | undefined {
  const plain = /^(?:[^\\^$.*+?()[\]{}|]|\\[^\w])+$/;
  if (plain.test(source)) return { kind: "text", text: source.replace(/\\(.)/g, "$1") };
  if (/^\\[tn]$/.test(source)) return { kind: "text", text: source === "\\t" ? "\t" : "\n" };
  if (/^[^\\^$.*+?()[\]{}|]\+$/.test(source)) return { kind: "class", test: `c === ${JSON.stringify(source.slice(0, 1))}`, many: true };
  const found = /^(\\[wWdDsS]|\[(\^?)((?:[^\\\]]|\\.)+)\])(\+?)$/.exec(source);
  if (found === null) return undefined;
  const [, whole = "", negated, inside, plus] = found;
  const test = inside === undefined ? testOf(whole) : testOf(inside);
  if (test === undefined) return undefined;
  return { kind: "class", test: negated ? `!(${test})` : test, many: plus === "+" };
}

const SHORTHANDS: ReadonlyMap<string, string> = new Map([
  ["\\d", '(c >= "0" && c <= "9")'],
  ["\\s", 'c.trim() === ""'],
  ["\\w", '(c >= "a" && c <= "z") || (c >= "A" && c <= "Z") || (c >= "0" && c <= "9") || c === "_"'],
]);

/** A condition on the character `c`, for the inside of a class. */
function testOf(inside: string): string | undefined {
  const tests: string[] = [];
  let singles = "";
  for (const [item, shorthand, from, to] of inside.matchAll(/(\\[wWdDsS])|([^\\])-([^\\])|\\?[^]/g)) {
    if (shorthand !== undefined) {
      const known = SHORTHANDS.get(shorthand.toLowerCase()) ?? "";
      tests.push(shorthand === shorthand.toLowerCase() ? known : `!(${known})`);
    } else if (from !== undefined && to !== undefined) tests.push(`(c >= "${from}" && c <= "${to}")`);
    else if (/^\\\w$/.test(item)) return undefined;
    else singles += item.slice(-1);
  }
  if (singles.length === 1) tests.push(`c === ${JSON.stringify(singles)}`);
  else if (singles !== "") tests.push(`${JSON.stringify(singles)}.includes(c)`);
  return tests.join(" || ");
}
