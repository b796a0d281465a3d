// A state machine over characters: CSV with quotes, doubled quotes and empty fields.
// input: {"topic": ["a,b,c", "\"x, y\",2,", "\"he said \"\"hi\"\"\",,3", "", "unterminated \"quote, 1", "ü,😀,\"\"", ",,,"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const QUOTE = '"';

enum State { Plain, Quoted, AfterQuote }

function parse(line: string): string[] {
  const fields: string[] = [];
  let field = "";
  let state = State.Plain;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    switch (state) {
      case State.Plain:
        if (c === ",") {
          fields.push(field);
          field = "";
        } else if (c === QUOTE && field === "") {
          state = State.Quoted;
        } else {
          field += c;
        }
        break;
      case State.Quoted:
        if (c === QUOTE) state = State.AfterQuote;
        else field += c;
        break;
      case State.AfterQuote:
        if (c === QUOTE) {
          field += QUOTE;
          state = State.Quoted;
        } else {
          state = State.Plain;
          if (c === ",") {
            fields.push(field);
            field = "";
          }
        }
        break;
    }
  }
  fields.push(field);
  return fields;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("csv", "default"))
  .map(parse)
  .map((fields) => ({ n: fields.length, text: fields.map((f) => `<${f}>`).join(""), empty: fields.every((f) => f === "") }))
  .sink(Redis.new<{ n: number; text: string; empty: boolean }>().host("h").keyExtractor((r) => r.text).valueExtractor((r) => `${r.n} ${r.empty}`))
  .execute();
