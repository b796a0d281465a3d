// Changing the records that the engine owns: each complaint says the new record to return.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Count = { word: string; n: number; lines: string[] };

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("changed", "default"))
  .map((word): Count => ({ word, n: 1, lines: [] }))
  .map((c) => {
    c.n++; // error
    c.word = c.word.trim(); // error
    c.lines.push("x", "y"); // error
    c.lines.splice(0, 1); // error
    return c;
  })
  .keyBy((c) => c.word)
  .reduce((a, b) => {
    a.n += b.n; // error
    a.n *= b.n + 1; // error
    b.lines.sort(); // error
    a.lines[0] = "z"; // error
    return a;
  })
  .sink(
    Redis.new<Count>().host("h").keyExtractor((c) => c.word).valueExtractor((c) => {
      const copies = [c].map((x) => ({ ...x }));
      copies[0].n = 5;
      copies[0].lines.pop(); // error
      const deep = [c].map((x) => ({ ...x, word: "w" }));
      deep[0].lines.pop(); // error
      const lists = { all: [] as Count[] };
      lists.all.push(c);
      lists.all[0].n = 1; // error
      const { word, ...rest } = c;
      rest.n += 1;
      return `${copies[0].n}${rest.n}${word}`;
    }),
  )
  .execute();
