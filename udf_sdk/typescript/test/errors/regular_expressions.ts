// Regular expressions as people write them: each complaint names what to write instead.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("re", "default"))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();

const pattern = /^(\d+)-(\d+)$/; // error

const f0 = (l: string) => l.split(/\s+/); // error
const f1 = (l: string) => l.split(/,/); // error
const f2 = (l: string) => l.split(/\s*;\s*/); // error
const f3 = (l: string) => l.split(/\r?\n/); // error
const f4 = (l: string) => l.toLowerCase().split(/\W+/); // error
const f5 = (l: string) => l.split(/[^a-zA-Z']+/); // error
const f6 = (l: string) => l.replace(/[^a-z]+/g, ""); // error
const f7 = (l: string) => l.replace(/\W+/g, " "); // error
const f8 = (l: string) => l.replace(/\d/g, "#"); // error
const f9 = (l: string) => l.replace(/^\s+|\s+$/g, ""); // error
const f10 = (l: string) => l.replace(/\s+/g, " "); // error
const f11 = (l: string) => l.replace(/"/g, "'"); // error
const f12 = (l: string) => l.replace(/a/, "b"); // error
const f13 = (l: string) => l.replace(/(a)(b)/, "$2$1"); // error
const f14 = (l: string) => /^ERROR: /.test(l); // error
const f15 = (l: string) => /\.json$/.test(l); // error
const f16 = (l: string) => /^end$/.test(l); // error
const f17 = (l: string) => /TimeOut/i.test(l); // error
const f18 = (l: string) => /^[a-z0-9_]+$/.test(l); // error
const f19 = (l: string) => /[.,;]/.test(l); // error
