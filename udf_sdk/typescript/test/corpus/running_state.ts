// Reduce with rich state: lists, nested objects, optional parts, minimum and maximum, the order of records.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type State = {
  word: string;
  count: number;
  lines: string[];
  last: { line: string; position: number };
  extremes: [number, number];
  longest?: string;
};

const ctx = ExecutionContext.new("runningState", "default");

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ctx)
  .flatMap((line) =>
    line.split(" ").map((word, position): State => ({
      word,
      count: 1,
      lines: [line],
      last: { line, position },
      extremes: [position, position],
      longest: line.length > 5 ? line : undefined,
    })),
  )
  .filter(({ word }) => word !== "")
  .keyBy(({ word }) => word)
  .reduce((s, r) => {
    const [low, high] = s.extremes;
    const longest = (r.longest?.length ?? 0) > (s.longest?.length ?? 0) ? r.longest : s.longest;
    return {
      ...s,
      count: s.count + r.count,
      lines: s.lines.includes(r.lines[0]) ? s.lines : [...s.lines, r.lines[0]],
      last: r.last,
      extremes: [Math.min(low, r.extremes[0]), Math.max(high, r.extremes[1])],
      longest,
    };
  })
  .sink(
    Redis.new<State>().host("h")
      .keyExtractor((s) => s.word)
      .valueExtractor((s) => `${s.count} [${s.lines.join("; ")}] ${s.last.line}@${s.last.position} ${s.extremes[0]}..${s.extremes[1]} ${s.longest ?? "short"}`),
  )
  .execute();
