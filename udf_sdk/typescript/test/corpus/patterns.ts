// Regular expressions as people write them.
// input: {"topic": ["2024-02-29 ERROR [db] time=12ms id=42", "1999-12-31 info [web-1] time=7ms", "no date here, a1b22c333", "", "  spaced   out  ", "k=v; key = value ;x=", "1234567 and 99", "Foo fooBAR foo_bar", "a😀b é😀", "x\ny\r\nz"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const DATE = /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)\b/;
const PART = "[a-z]+";
const PAIR = new RegExp(`(${PART})\\s*=\\s*(\\w+)?`, "gi");
const WORDS = /\w+/g;

function dated(line: string): string {
  const m = DATE.exec(line);
  if (m === null) return "no date";
  const { year, month } = m.groups!;
  return `${m[0]} ${m.index} ${m.length} ${year}/${month}/${m.groups?.day ?? "?"} ${m.input.length}`;
}

function level(line: string): string {
  const m = line.match(/\b(error|warn|info)\b(?: \[(\w+)(-\d)?\])?/i);
  return m ? `${m[1].toUpperCase()} ${m[2] ?? "none"} ${m[3] ?? "first"} ${m.index}` : "quiet";
}

function pairs(line: string): string {
  const found: string[] = [];
  for (const m of line.matchAll(PAIR)) {
    const [, key, value] = m;
    found.push(`${key}:${value ?? "nothing"}`);
  }
  return found.join(",");
}

function walked(line: string): string {
  const re = /([a-c])(\d+)/g;
  let out = "";
  let m: RegExpExecArray | null;
  while ((m = re.exec(line)) !== null) out += `${m[1]}=${m[2]}@${m.index}-${re.lastIndex};`;
  return out;
}

function replaced(line: string): string[] {
  return [
    line.replace(/\s+/g, " ").trim(),
    line.replace(/\B(?=(\d{3})+(?!\d))/g, ","),
    line.replace(/(\w+)=(\w*)/, "$2<-$1 $$ $& [$`|$'] $3 $10"),
    line.replace(/(?<k>\w+)=(?<v>\w*)/g, "$<v>:$<k>$<none>"),
    line.replace(/[aeiou]/gi, (c) => c.toUpperCase()),
    line.replace(/([A-Z])([a-z]*)|(\d)/g, (all, first, rest, digit) => (digit !== undefined ? `<${digit}>` : `${first.toLowerCase()}${rest}!${all.length}`)),
    line.replace(/(\d)(x)?/g, (_, d: string, x: string | undefined, at: number, whole: string) => `${d}${x ?? "-"}${at % 10}${whole.length}`),
    line.replaceAll(/./gsu, (c) => (c.length > 1 ? "W" : c)),
    line.replace(/[^\x20-\x7e]/g, ""),
    line.replace(/^/gm, "> "),
  ];
}

function cut(line: string): string[] {
  return [line.split(/\s+/).join("|"), line.split(/[,;=]\s*/).join("|"), line.split(/(\d)/).join("|"), line.split(/\r?\n/).length.toString(), line.split(/(?:)/u, 5).join("|"), line.split(/[?#]/)[0]];
}

function tested(line: string): string {
  const sticky = /foo/iy;
  const tests = [/^ERROR: /.test(line), /\.json$/.test(line), /^[a-z0-9_ ]+$/i.test(line), sticky.test(line), sticky.lastIndex > 0, sticky.test(line), /é|\u{1f600}/u.test(line), /\p{L}\p{L}/u.test(line)];
  return tests.map((t) => (t ? "1" : "0")).join("") + line.search(/\d/) + (line.match(WORDS)?.length ?? 0) + [...line.matchAll(/o+/g)].map((m) => m[0].length).join("");
}

function idioms(line: string): string {
  const words = line.match(/\w+/g) ?? [];
  const digits = line.match(/\d+/g) || ["none"];
  const first = (/(\w)(\w)?/.exec(line) ?? ["", "?"])[1];
  return `${words.length} ${words.map((w) => w.length).join("+")} ${(line.match(/[A-Z]/g) || []).length} ${digits[0]} ${first} ${[...digits].reverse().join()} ${words[0] ?? "-"}`;
}

function places(line: string): string {
  const m = /(\w)(\w+)(\d+$)?/d.exec(line);
  const spans = m?.indices?.map((p) => (p === undefined ? "none" : `${p[0]}-${p[1]}`)) ?? [];
  return `${spans.join(" ")} ${DATE.source} ${PAIR.flags} ${WORDS.global} ${/a\/b/u}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new("patterns", "default"))
  .map((line) => ({ dated: dated(line), level: level(line), pairs: pairs(line), walked: walked(line), replaced: replaced(line), cut: cut(line), tested: tested(line), idioms: idioms(line), places: places(line) }))
  .sink(Redis.new<{ dated: string; level: string; pairs: string; walked: string; replaced: string[]; cut: string[]; tested: string; idioms: string; places: string }>().host("h").keyExtractor((v) => v.dated).valueExtractor((v) => [v.level, v.pairs, v.walked, ...v.replaced, ...v.cut, v.tested, v.idioms, v.places].join("\u0001")))
  .execute();
