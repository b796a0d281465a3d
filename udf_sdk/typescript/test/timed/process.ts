// Process functions: state of every kind, timers, side outputs, late records, forgetting; two streams, rules, deduplication, union.
// input: {"topic": [[{"k":"a","n":1,"at":0},{"k":"b","n":2,"at":3},{"k":"a","n":3,"at":12},{"k":"a","n":7,"at":7},{"k":"a","n":4,"at":31},{"k":"b","n":9,"at":8},{"k":"a","n":5,"at":90},{"k":"b","n":5,"at":91}],[{"k":"a","n":10,"at":1},{"k":"c","n":11,"at":22},{"k":"c","n":8,"at":21}]], "rules": [[{"least":3,"at":5},{"least":8,"at":30},{"least":0,"at":29}]]}
import { Connector, ExecutionContext, Kafka, SideOutput, seconds } from "lightflus-api";

interface Row { k: string; n: number; at: number }
interface Rule { least: number; at: number }
const job = ExecutionContext.new("process", "default");
const topic = (name: string) => Kafka.builder().brokers(["h:1"]).topic(name).group("g");
const options = { outOfOrder: 4 };
const rows = topic("topic").build<Row>().createFlow(job).withTimestamps((r) => r.at, options);
const rules = topic("rules").build<Rule>().createFlow(job).withTimestamps((r) => r.at);
const keyed = rows.keyBy((r) => r.k);
const text = (name: string) => Connector.sink<string>("file", { path: name });
const quiet = SideOutput.of<{ key: string; since: number }>("quiet");
const late = SideOutput.of<Row>("late");
const STEP = 10;

const watched = keyed.process<number, string>({
  state: () => 0,
  onRecord: (count, row, ctx) => {
    if (count > 0) ctx.deleteTimer(ctx.time - 1);
    ctx.setTimer(row.at + STEP);
    ctx.setTimer(row.at + STEP);
    ctx.emit(`${ctx.key} ${ctx.time} ${ctx.watermark} ${count + row.n}`);
    return row.n === 9 ? null : count + row.n;
  },
  onTimer: (count, time, ctx) => {
    ctx.emitTo(quiet, { key: ctx.key, since: time });
    if (count > 3 && time < 60) ctx.setTimer(time - 1000);
    return time < -900 ? null : count;
  },
  inOrder: true,
  lateTo: late,
  allowedLateness: 1,
  ttl: seconds(0.05),
});
watched.sink(text("watched")).name("watched");
watched.sideOutput(quiet).map((q) => `${q.key} ${q.since}`).sink(text("quiet")).name("quiet");
watched.sideOutput(late).sink(Connector.sink<Row>("file", { path: "late" })).name("late");

keyed.process<{ seen: string[] } | null, { key: string; seen: string[] }>({
  state: () => null,
  onRecord(state, row, ctx) {
    const seen = [...(state === null ? [] : state.seen), `${row.n}`];
    ctx.emit({ key: ctx.key, seen });
    return seen.length > 2 ? null : { seen };
  },
}).sink(Connector.sink<{ key: string; seen: string[] }>("file", { path: "arrival" })).name("arrival");

keyed.connect(rows.filter((r) => r.n % 2 === 1).keyBy((r) => r.k)).process<bigint, string>({
  state: () => 0n,
  onFirst: (sum, row, ctx) => {
    ctx.setTimer(ctx.time + 100);
    return sum + BigInt(row.n);
  },
  onSecond: (sum, row, ctx) => {
    ctx.emit(`${ctx.key} ${row.at} ${sum}`);
    return sum;
  },
  onTimer: (sum, _time, ctx) => {
    ctx.emit(`${ctx.key} ends with ${sum} at ${ctx.time}`);
    return null;
  },
  inOrder: true,
}).sink(text("connected")).name("connected");

keyed.connect(rules.broadcast()).process<number, string, string>({
  rules: () => 0,
  state: () => "",
  onRule: (_least, rule) => rule.least,
  onRecord: (state, row, least, ctx) => {
    if (row.n >= least) ctx.emit(`${ctx.key} ${state} ${row.n} of ${least}`);
    ctx.setTimer(row.at + 20);
    return state + row.n;
  },
  onTimer: (state, time, least, ctx) => {
    ctx.emit(`${ctx.key} ${time} ${state} ${least}`);
    return state;
  },
  inOrder: true,
}).sink(text("ruled")).name("ruled");

keyed.deduplicate().sink(Connector.sink<Row>("file", { path: "first" })).name("first");
rows.keyBy((r) => r.k.length).deduplicate({ keep: "last", ttl: 40 }).sink(Connector.sink<Row>("file", { path: "last" })).name("last");
keyed.aggregate({ create: (): number[] => [], add: (xs, r) => [...xs, r.n], finish: (xs, key) => ({ key, xs }) })
  .sink(Connector.sink<{ key: string; xs: number[] }>("file", { path: "running" })).name("running");
rows.filter((r) => r.n < 5).union(rows.filter((r) => r.n > 5), rows.filter((r) => r.n === 5)).map((r) => r.n).sink(Connector.sink<number>("file", { path: "union" })).name("union").execute();
