// The most frequent words of each line: Map, sort with several criteria, slice, lookup tables, named helpers above and below.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface WordCount {
  word: string;
  count: number;
}

const STOP_WORDS = ["the", "a", "of"];
const SEPARATORS = [",", ".", ";", "!"];

function main(): void {
  const ctx = ExecutionContext.new("topWords", "default");
  const top = 2;
  Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ctx)
    .map((line) => clean(line.trim().toLowerCase()))
    .filter((line) => line.length > 0)
    .map((line) => {
      const best = ranking(line.split(" ").filter((w) => w.length > 0 && !STOP_WORDS.includes(w))).slice(0, top);
      return { line, best, first: best.length > 0 ? best[0].word : "-" };
    })
    .sink(
      Redis.new<{ line: string; best: WordCount[]; first: string }>()
        .host("h")
        .keyExtractor((r) => r.line)
        .valueExtractor((r) => r.first + ": " + r.best.map((b) => `${b.word}=${b.count}`).join(", ")),
    )
    .execute();
}

function clean(line: string): string {
  let out = line;
  for (const separator of SEPARATORS) out = out.replaceAll(separator, " ");
  return out;
}

function ranking(words: string[]): WordCount[] {
  const counts = new Map<string, number>();
  words.forEach((w) => counts.set(w, (counts.get(w) || 0) + 1));
  const list: WordCount[] = [];
  for (const [word, count] of counts) list.push({ word, count });
  return list.sort((a, b) => b.count - a.count || (a.word < b.word ? -1 : 1));
}

main();
