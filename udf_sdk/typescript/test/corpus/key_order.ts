// Records whose fields are written in another order than their type's: sinks write them as JavaScript made them.
// input: {"topic": ["a", "b c"]}
import { Connector, ExecutionContext, Kafka } from "lightflus-api";
interface R { a: number; b: string; 7: number; inner: I }
interface I { p: number; q: number }
interface S { x: number; y: number }
interface Other { z: number; y: number; x: number }
class C { last = 3; constructor(public first: number, public second = 1) {} }
const ctx = ExecutionContext.new("orders", "default");
const lines = Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>().createFlow(ctx);
const rs = lines.map((s): R => ({ b: s, inner: { q: 1, p: 2 }, 7: 3, a: s.length }));
rs.sink(Connector.sink<R>("one")).execute();
lines.map((s): S => ({ y: s.length, x: 2 })).filter((s) => s.x > 1).name("f").sink(Connector.sink<S>("two")).execute();
lines.map((s): S => ({ x: s.length, y: 2 })).sink(Connector.sink<S>("three")).execute();
lines.flatMap((s) => s.split(" ").map((w) => ({ count: 1, word: w }))).sink(Connector.sink<{ word: string; count: number }>("four")).execute();
rs.map((r) => ({ ...r, extra: 1, a: 5 })).sink(Connector.sink<R & { extra: number }>("five")).execute();
rs.map((r) => ({ extra: 1, ...r })).sink(Connector.sink<R & { extra: number }>("six")).execute();
lines.map((s) => ({ "10": 1, "9": s, b: 2, "01": 3, "-1": 4 })).sink(Connector.sink<{ "10": number; "9": string; b: number; "01": number; "-1": number }>("seven")).execute();
lines.map((s) => new C(s.length)).sink(Connector.sink<C>("eight")).execute();
lines.map((s): Other => ({ z: 1, y: 2, x: 3 })).keyBy((o) => o.x).reduce((a, b) => ({ z: a.z + b.z, y: b.y, x: a.x })).sink(Connector.sink<Other>("nine")).execute();
