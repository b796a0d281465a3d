// Every way in which a record can fail: the input names the line that must be reported.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Link = { name: string; next: Link | null };

function element(xs: number[], i: number): number {
  return xs[i]; // element
}

class Later {
  n!: number; // unset
}

function early(): string {
  const read = (): number => x; // started
  const y = read();
  const x = 1;
  return `${x}${y}`;
}

function fail(s: string): string {
  const xs = [1, 2, 3];
  const m = new Map<string, number>([["a", 1]]);
  const link: Link = { name: s, next: null };
  const big = 9223372036854775807n;
  switch (s) {
    case "key": return `${({ a: 1 } as Record<string, number>)["zz"]}`; // key
    case "group": return (/(x)?k?/.exec("g") ?? [""])[1].length.toString(); // group
    case "element": return `${element(xs, 3)}`;
    case "fraction": return `${xs[0.5]}`; // fraction
    case "unit": return s[99]; // unit
    case "write": {
      xs[5] = 1; // write
      return "";
    }
    case "get": return `${m.get("b")! + 1}`; // get
    case "find": return `${xs.find((x) => x > 9)!}`; // find
    case "pop": return ([] as string[]).pop()!; // pop
    case "missing": return link.next!.name; // missing
    case "json": return `${(JSON.parse('{"a": [1, }') as { a: number[] }).a}`; // json
    case "jsonField": return (JSON.parse("{}") as { a: string }).a; // jsonField
    case "jsonType": return (JSON.parse('{"a": 1}') as { a: string }).a; // jsonType
    case "unset": return `${new Later().n}`;
    case "started": return early();
    case "throw": throw new Error("thrown on " + s); // throw
    case "bigint": return `${big + 1n}`; // bigint
    case "division": return `${big / BigInt(s.length - 8)}`; // division
    case "repeat": return s.repeat(-1); // repeat
    case "digits": return (1).toFixed(101); // digits
    case "radix": return (5).toString(40); // radix
    case "reduce": return `${([] as number[]).reduce((a, b) => a + b)}`; // reduce
    case "nested": return xs.map((x) => xs[x]).join(); // nested
    default: return s;
  }
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ExecutionContext.new("failures", "default"))
  .map((s) => fail(s))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
