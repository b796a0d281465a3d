// Enums (numbers, strings, const), literal unions, switch with fall-through, as const.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

enum Level { Debug, Info = 10, Warn, Error = Warn + 5 }
enum Color { Red = "red", Green = "green" }
const enum Bit { A = 1, B = A << 1, C = 4 }
type Status = "paid" | "open" | "cancelled";

const ORDER = ["paid", "open"] as const;
const CONFIG = { limit: 3, label: "cfg" } as const;

function levelOf(s: string): Level {
  switch (s.length) {
    case 0:
      return Level.Debug;
    case 1:
    case 2:
      return Level.Info;
    default:
      return s.includes("e") ? Level.Error : Level.Warn;
  }
}

function rank(status: Status): number {
  let r = 0;
  switch (status) {
    case "paid":
      r += 1;
    case "open":
      r += 10;
      break;
    case "cancelled": {
      r = -1;
      break;
    }
  }
  return r;
}

function statusOf(s: string): Status {
  return s.length > 5 ? "paid" : s.length > 2 ? "open" : "cancelled";
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("enums", "default"))
  .map((s) => {
    const level = levelOf(s);
    const color = level >= Level.Warn ? Color.Red : Color.Green;
    const status = statusOf(s);
    return { key: s, level, color, status, rank: rank(status), bits: Bit.A | Bit.C, b: Bit.B as number, known: ORDER.length + CONFIG.limit };
  })
  .filter((r) => r.level !== Level.Debug)
  .map((r) => ({ key: r.key, value: `${r.level} ${r.color} ${r.color === Color.Red} ${r.status} ${r.rank} ${r.bits} ${r.b} ${r.known} ${CONFIG.label}` }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
