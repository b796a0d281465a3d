// One object type with a kind and optional fields, interfaces with methods, callbacks in fields, static factories.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Event = { kind: "click" | "view" | "buy"; user: string; amount?: number; page?: string };

function parse(line: string): Event | null {
  const parts = line.split(" ");
  if (parts.length < 2) return null;
  if (parts.length === 2) return { kind: "view", user: parts[0], page: parts[1] };
  if (parts[0] === parts[2]) return { kind: "buy", user: parts[0], amount: parts[1].length * 2.5 };
  return { kind: "click", user: parts[0] };
}

function weight(e: Event): number {
  switch (e.kind) {
    case "click": return 1;
    case "view": return 2 + (e.page?.length ?? 0);
    case "buy": return e.amount ?? 0;
  }
}

interface Formatter {
  format(e: Event): string;
}

class Short implements Formatter {
  format(e: Event): string {
    return e.kind.charAt(0);
  }
}

class Long implements Formatter {
  constructor(private readonly prefix: string) {}
  format(e: Event): string {
    return `${this.prefix}${e.kind}:${e.user}:${e.amount ?? 0}:${e.page ?? "-"}`;
  }
}

function formatter(e: Event): Formatter {
  if (e.kind === "view") return new Short();
  return new Long("#");
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("shapes", "default"))
  .flatMap((line) => {
    const event = parse(line);
    return event ? [event] : [];
  })
  .map((e) => ({ key: formatter(e).format(e), value: weight(e) }))
  .keyBy((r) => r.key)
  .reduce((a, b) => ({ key: a.key, value: a.value + b.value }))
  .sink(Redis.new<{ key: string; value: number }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => String(r.value)))
  .execute();
