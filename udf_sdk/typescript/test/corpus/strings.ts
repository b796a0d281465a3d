// String methods with edge arguments.
// input: {"topic": ["hello world", "", "a,b,,c", "  padded\t", "héllo wörld", "x😀y", "\ud83d lone \ude00", "日本語", "aaaa", "ΑΣ. ΣΑΣ", "İstanbul ß"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const WORDS = Object.freeze({ sep: " ", deep: Object.freeze(["a", "b"]) });

function probes(s: string): string[] {
  return [
    `${s.length} ${s.charAt(1)} ${s.charAt(99)} ${s.charCodeAt(0)} ${s.charCodeAt(-1)} ${s.codePointAt(1) ?? -1}`,
    `${s.slice(1)}|${s.slice(-3)}|${s.slice(1, -1)}|${s.slice(5, 2)}|${s.substring(3, 1)}|${s.substring(-2)}|${s.substr(-3, 2)}`,
    `${s.indexOf("l")} ${s.indexOf("l", 4)} ${s.lastIndexOf("a")} ${s.indexOf("")} ${s.includes("wor")} ${s.startsWith("he")} ${s.endsWith("d")} ${s.startsWith("l", 2)}`,
    `[${s.trim()}] [${s.trimStart()}] [${s.trimEnd()}]`,
    `${s.toUpperCase()} ${s.toLowerCase()}`,
    `${s.replace("a", "$&$&")} ${s.replaceAll("a", "b")} ${s.replace("zz", "y")} ${s.replaceAll("", "-")}`,
    `${s.replaceAll("l", (found, at: number) => found.toUpperCase() + at)} ${s.replace("o", (found) => `<${found}>`)} ${s.replaceAll("", () => "-")}`,
    WORDS.deep.join(WORDS.sep) + s.split(WORDS.sep).length,
    `${s.padStart(14, "*-")}|${s.padEnd(14)}|${s.padStart(2)}`,
    `${s.repeat(2)} ${s.repeat(0)}|`,
    s.split(",").join(";") + s.split("").length + s.split(" ", 1).length + s.split("ll").join("L"),
    `${s.at(0) ?? "none"} ${s.at(-1) ?? "none"} ${s.concat("!", s)}`,
    `${s < "b"} ${s > "a"} ${s <= s} ${s === "aaaa"} ${s !== ""}`,
    [...s].length + ":" + [...s].reverse().join(""),
    String.fromCharCode(72, 105) + String.fromCodePoint(128512),
  ];
}

function vowels(s: string): number {
  let n = 0;
  for (const ch of s) if ("aeiou".includes(ch)) n++;
  return n;
}

function reversed(s: string): string {
  let out = "";
  for (let i = s.length - 1; i >= 0; i--) out += s[i];
  return out;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("strings", "default"))
  .flatMap((s) => probes(s).concat([`${vowels(s)} ${reversed(s)}`]).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
