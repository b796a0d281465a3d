// Regular expressions that cannot be run in linear time, or are not known when the job is built.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const words = /\w+/g;
const plain = /\w+/;
const sticky = /a/y;

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("re", "default"))
  .filter((l) => words.test(l)) // error
  .filter((l) => plain.test(l) && l.search(words) >= 0 && l.replace(words, "") !== "")
  .map((l) => words.exec(l)?.[0] ?? "") // error
  .map((l) => (sticky.test(l) ? "a" : l)) // error
  .map((l) => {
    words.lastIndex = 0; // error
    return l;
  })
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();

const f0 = (l: string) => /(["'])(.*?)\1/.test(l); // error
const f1 = (l: string) => /(?<q>"|')\k<q>/.test(l); // error
const f2 = (l: string) => l.replace(/(?<=\$)\d+/g, "0"); // error
const f3 = (l: string) => l.replace(/(?<!a)b/, "c"); // error
const f4 = (l: string, p: string) => new RegExp(p).test(l); // error
const f5 = (l: string) => new RegExp(`^${l}$`, "i").test("a"); // error
const f6 = (l: string) => new RegExp("(").test(l); // error
const f7 = (l: string) => /a{2000}/.test(l); // error
const f8 = (l: string) => /((((a{1,90}){1,90}){1,90}){1,90})/.test(l); // error
const f10 = (l: string) => l.match("a") !== null; // error
const f11 = (l: string) => l.search("a"); // error
const f12 = (l: string) => l.replace(/(a)(b)/, (m, a, b, at) => `${m}${a}${b}${at}`); // error
const f13 = (l: string, p: RegExp) => l.replace(p, (m, a) => m + a); // error
const f14 = (l: string) => l.replace(/(?<a>a)/, (m, a, at: number, all: string, groups: { a: string }) => groups.a); // error
const f15 = (l: string) => {
  const found = l.matchAll(/a/g); // error
  return [...found].length;
};
const f16 = (l: string) => /a/.compile("b").test(l); // error
const f17 = (l: string) => ({ pattern: /a/, text: l }).pattern.test(l);
