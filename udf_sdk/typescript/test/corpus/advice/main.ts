// What the compiler's messages advise, each taken: `// way out:` names the advice, and below it stands code that follows it.
// input: {"topic": ["a", "b c", ""], "s": [{"name": "x", "aside": 1}]}
// ways_out.test.mjs finds the advice in the compiler's source and asks for each that it stands here, in one of these files.
import { Connector, ExecutionContext, Kafka, Mysql, MysqlConnectionOptionsBuilder, Redis, RedisStream } from "lightflus-api";
import { classes } from "./classes.ts";
import { collections } from "./collections.ts";
import { CITIES, LIMIT } from "./constants.ts"; // way out: write import { x } from "..."
import { statements } from "./statements.ts";
import { thrown } from "./thrown.ts";
import { values } from "./values.ts";

// way out: make records of the sink's type, say T, in front of it: .map((r): T => ({ ...r }))
interface Written { key: string; value: string; note?: string }
// way out: declare an array, number[] or string[], or an object type, and make the tuple in a map
interface Ends { ends: number[] }
// way out: make a text of it: xs.join(",")
interface Keyed { name: string; tags: string[] }
// way out: give the field another name
interface Named { name: string; aside: number }
// way out: records hold string, number, bigint, boolean, arrays, objects and tuples; a Date as its getTime(), an object by key as Object.entries(d)
interface Moment { at: number; of: string[]; big: bigint }
// way out: write the configuration into the job as constants
// way out: use a top-level const
const topics = { lines: "topic", other: "other" };

const ctx = ExecutionContext.new("advice", "default");
// way out: build the dataflow in main, at the top level of a function
function build(): void {
  const sink = Redis.new<Written>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value);
  // way out: it is made by …
  // way out: read the data through a source
  // way out: put the code into a file of your own and import that
  // way out: put the code into a file of your own and import it
  // way out: write the import at the top of the file
  // way out: write its values into a const of a .ts file
  const lines = Kafka.builder().brokers(["h:1"]).topic(topics.lines).group("g").build<string>().createFlow(ctx);
  lines.flatMap((line) => [...values(line), ...classes(line), ...collections(line), ...statements(line), ...thrown(line), CITIES.join(), `${LIMIT}`])
    .map((value) => ({ key: value.slice(0, 1), value }))
    .map((r): Written => ({ ...r }))
    .sink(sink).execute();
  // way out: give it a name first
  const step = (r: Keyed): Keyed => ({ name: r.name + "!", tags: r.tags });
  const keyed = lines.map((line): Keyed => ({ name: line, tags: [...line] })).map(step).keyBy((r) => r.tags.join(","));
  // way out: return a new value; state belongs into reduce
  keyed.reduce((a, b) => ({ name: a.name + b.name, tags: b.tags })).sink(Connector.sink<Keyed>("keyed", { wide: "yes" })).execute(); // way out: write { name: value }
  // way out: write them in place: { name: value }
  lines.map((line): Ends => ({ ends: [line.length, 0] })).map((e): [number, number] => [e.ends[0] ?? 0, e.ends[1] ?? 0])
    .map((t) => ({ low: t[0], high: t[1] })).sink(Connector.sink<{ low: number; high: number }>("ends", { plain: true })).execute();
  // way out: remove async and await: a stream function runs in the engine, record by record
  // way out: compute the value in the function itself
  lines.map((line): Named => ({ name: line, aside: line.length })).sink(Mysql.new<Named>().connection(new MysqlConnectionOptionsBuilder().host("h").username("u").database("d").build()).table("t")).execute();
  // way out: carry the time in the record, as milliseconds since 1970
  // way out: derive ids from the record's own fields
  lines.map((line): Moment => ({ at: new Date(line.length).getTime(), of: [line], big: 1n })).sink(Connector.sink<Moment>("moments", {})).execute();
  RedisStream.builder().host("h").stream("s").build<Named>().createFlow(ctx).sink(Connector.sink<Named>("seen", {})).execute();
}
build();
