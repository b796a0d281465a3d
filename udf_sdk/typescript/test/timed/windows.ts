// Every window and every question to one: times out of order, late ones, two splits, keys beyond ASCII, a record as key.
// input: {"topic": [[{"k":"a","n":1,"at":0},{"k":"é","n":2,"at":3},{"k":"a","n":3,"at":12},{"k":"a","n":7,"at":7},{"k":"a","n":4,"at":31},{"k":"é","n":9,"at":8},{"k":"a","n":5,"at":-6},{"k":"a","n":20,"at":44},{"k":"a","n":21,"at":43},{"k":"a","n":20,"at":42}],[{"k":"a","n":10,"at":1},{"k":"a","n":11,"at":22},{"k":"é","n":11.5,"at":25},{"k":"é","n":8,"at":11},{"k":"a","n":-4,"at":12},{"k":"a","n":3,"at":40}],[]]}
import { Connector, ExecutionContext, FixedWindow, Kafka, SessionWindow, SideOutput, SlidingWindow, millis } from "lightflus-api";

interface Row { k: string; n: number; at: number }
interface Total { count: number; total: number }

const rows = Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<Row>()
  .createFlow(ExecutionContext.new("windows", "default"))
  .withTimestamps((r) => r.at, { outOfOrder: millis(2) });
const keyed = rows.keyBy((r) => r.k);
const late = SideOutput.of<Row>("late");
const ten = FixedWindow.of(10);

const counts = keyed.window(ten).allowedLateness(1).lateTo(late).count();
counts.sink(Connector.sink("file", { path: "counts" })).name("counts");
counts.sideOutput(late).sink(Connector.sink<Row>("file", { path: "late" })).name("late");

keyed.window(FixedWindow.of(10, 3)).reduce((a, b) => ({ k: a.k, n: a.n + b.n, at: Math.max(a.at, b.at) })).sink(Connector.sink<Row>("file", { path: "r" })).name("reduced");
keyed.window(SlidingWindow.of(10, 5)).reduce((a, b) => ({ ...a, n: a.n + b.n }), (total, window) => `${window.key} ${window.start}-${window.end}: ${total.n}`)
  .sink(Connector.sink<string>("file", { path: "s" })).name("sliding");
keyed.window(SessionWindow.of(10)).aggregate({
  create: (): Total => ({ count: 0, total: 0 }),
  add: (a, r) => ({ count: a.count + 1, total: a.total + r.n }),
  merge: (a, b) => ({ count: a.count + b.count, total: a.total + b.total }),
  finish: (a, w) => ({ ...w, mean: a.total / a.count }),
}).sink(Connector.sink<{ key: string; start: number; end: number; mean: number }>("file", { path: "m" })).name("sessions");
keyed.window(SessionWindow.of(8)).count().sink(Connector.sink("file", { path: "sc" })).name("session-counts");
keyed.window(ten).aggregate({
  create: () => 0,
  add(sum, r) { return sum + r.n; },
  finish(sum, window) { return { key: window.key, sum }; },
}).sink(Connector.sink<{ key: string; sum: number }>("file", { path: "sum" })).name("sums");
keyed.window(ten).process((values, window) => values.map((v, i) => ({ nth: i, n: v.n, of: window.key, end: window.end })))
  .sink(Connector.sink<{ nth: number; n: number; of: string; end: number }>("file", { path: "p" })).name("processed");
keyed.window(SlidingWindow.of(20, 10)).top(2, (r) => (r.n === 11 ? NaN : r.n)).map((t) => ({ ...t, value: t.value.n }))
  .sink(Connector.sink<{ key: string; start: number; end: number; rank: number; value: number }>("file", { path: "t" })).name("top");
rows.windowAll(ten).count().sink(Connector.sink("file", { path: "a" })).name("all");
rows.windowAll(ten).top(1, (r) => r.n).sink(Connector.sink("file", { path: "at" })).name("best");
rows.windowAll(SessionWindow.of(5)).process((values, w) => [`${w.start} ${w.end} ${values.length}`]).sink(Connector.sink<string>("file", { path: "as" })).name("all-sessions");
rows.keyBy((r) => ({ k: r.k, even: r.n % 2 === 0 })).window(ten).reduce((a, b) => (a.n > b.n ? a : b), (best, w) => ({ k: w.key.k, even: w.key.even, n: best.n }))
  .sink(Connector.sink<{ k: string; even: boolean; n: number }>("file", { path: "rk" })).name("record-key");
rows.map((r) => r.n).keyBy((n) => n > 4).window(ten).count().keyBy((c) => c.end).window(ten).top(1, (c) => c.count).map((t) => `${t.key} ${t.value.key} ${t.value.count}`)
  .sink(Connector.sink<string>("file", { path: "w" })).name("behind").execute();
