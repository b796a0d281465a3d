// A small state machine per key, and what it refused.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Door = { name: string; state: string; refused: number };

function next(state: string, event: string): string {
  switch (state) {
    case "closed":
      return event === "open" ? "opened" : "";
    case "opened":
      return event === "close" ? "closed" : event === "break" ? "broken" : "";
    default:
      return "";
  }
}
const ctx = ExecutionContext.new("machine", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<string>()
  .createFlow(ctx)
  .map((line) => {
    const parts = line.split(" ");
    return { name: parts[0], state: parts[1], refused: 0 };
  })
  .keyBy((d) => d.name)
  .reduce((a, b) => {
    const before = a.state === "open" ? "opened" : a.state;
    const after = next(before, b.state);
    return after === "" ? { name: a.name, state: before, refused: a.refused + 1 } : { name: a.name, state: after, refused: a.refused };
  })
  .sink(Redis.new<Door>().host("localhost").keyExtractor((d) => d.name).valueExtractor((d) => `${d.state}, ${d.refused} refused`))
  .execute();
