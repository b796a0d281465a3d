// Problems per service: lines of a log, parsed and counted by service and level.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Problem = { service: string; level: string; count: number; last: string };

const INTERESTING = new Set<string>(["WARN", "ERROR"]);

// "12:00:01 ERROR billing card declined" -> one problem; anything else -> none
function parse(line: string): Problem[] {
  const parts = line.split(" ");
  if (parts.length < 4 || !INTERESTING.has(parts[1])) {
    return [];
  }
  return [{ service: parts[2], level: parts[1], count: 1, last: parts.slice(3).join(" ") }];
}

async function main(ctx: ExecutionContext) {
  const log = Kafka.builder().brokers(["localhost:9092"]).topic("log").group("problems").build<string>(undefined, typeof "");
  const sink = Redis.new<Problem>()
    .host("localhost")
    .keyExtractor((p) => `${p.service}/${p.level.toLowerCase()}`)
    .valueExtractor((p) => `${p.count}x, last: ${p.last}`);

  await log
    .createFlow(ctx)
    .flatMap((line) => parse(line))
    .name("parse")
    .keyBy((p) => p.service + " " + p.level)
    .reduce((a, b) => ({ ...a, count: a.count + b.count, last: b.last }))
    .name("problems")
    .sink(sink)
    .execute();
}

main(ExecutionContext.new("logLevels", "default"));
