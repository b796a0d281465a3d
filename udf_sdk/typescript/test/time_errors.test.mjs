// What is wrong with a program of event time is said at its place with a way out: by the compiler, when main builds the flow, or at the
// line that the record or timer came to.
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { compile } from "../.build/compiler/compile.mjs";
import { format } from "../.build/compiler/diagnostics.mjs";
import { installation, loadLibrary } from "../.build/compiler/library.mjs";
import { GuestAbort, Instance } from "./instance.mjs";
import { runTimed } from "./time_host.mjs";

const HEAD = `import { Connector, ExecutionContext, FixedWindow, Kafka, SessionWindow, SideOutput, SlidingWindow, minutes } from "lightflus-api";
interface Row { k: string; n: number; at: number }
const rows = Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<Row>().createFlow(ExecutionContext.new("j", "d")).withTimestamps((r) => r.at);
const keyed = rows.keyBy((r) => r.k);
const out = <T>() => Connector.sink<T>("file", { path: "x" });
`;
/** The first line of a test's own text. */
const LINE = HEAD.split("\n").length;

function build(text, checkOnly) {
  const read = (path) => (path === "/p/job.ts" ? HEAD + text : existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : undefined);
  const sources = { read, exists: (path) => read(path) !== undefined };
  return compile("/p/job.ts", { sources, installation: installation(), library: loadLibrary, optimize: 0, checkOnly });
}

async function moduleOf(text) {
  const { wasm, diagnostics } = await build(text, false);
  assert.deepEqual(diagnostics.map(format), []);
  return wasm;
}

/** `line code` of each complaint, lines counted in the test's own text. */
const complaints = async (text) => (await build(text, true)).diagnostics.map((d) => `${d.line - LINE + 1} ${d.code}`);

const aborts = (fn, message, line) =>
  assert.throws(fn, (e) => {
    assert.ok(e instanceof GuestAbort, String(e));
    assert.match(e.message, message);
    assert.equal(e.line - LINE + 1, line);
    return true;
  });

describe("the compiler says", () => {
  test("that a state belongs to the engine, and where streams are built", async () => {
    const text = `keyed.process<{ n: number }, string>({
  state: () => ({ n: 0 }),
  onRecord: (state, row, ctx) => {
    state.n += row.n;
    return state;
  },
  onTimer(state, time, ctx) {
    rows.map((r) => r.n);
    return null;
  },
}).sink(out<string>()).execute();`;
    assert.deepEqual(await complaints(text), ["4 LF201", "8 LF202"]);
  });

  test("that a function cannot be async, a state no Map, a key no array", async () => {
    assert.deepEqual(await complaints("keyed.window(FixedWindow.of(1)).aggregate({\n create: () => 0,\n add: async (a, r) => a,\n finish: (a) => a });"), ["3 TS2322"]);
    assert.deepEqual(await complaints("keyed\n.process<Map<string, number>, string>({ state: () => new Map(), onRecord: (s) => s });"), ["2 LF107"]);
    assert.deepEqual(await complaints("rows\n.keyBy((r) => [r.k])\n.window(FixedWindow.of(1)).count();"), ["2 LF107"]);
  });
});

describe("main says at the user's line", () => {
  const WRONG = [
    ["windows of no size", "const w =\n  FixedWindow.of(0);", /the window's size is 0: it is a positive number of whole milliseconds/, 2],
    ["fractions", "rows.withTimestamps((r) => r.at,\n { outOfOrder: 0.5 });", /outOfOrder is 0\.5: it is 0 or a positive number of whole milliseconds/, 1],
    ["windows that leave records out", "SlidingWindow\n.of(5, 10);", /slides by more than its size/, 2],
    ["sessions that cannot be put together", "keyed.window(SessionWindow.of(5))\n.aggregate({ create: () => 0, add: (a, r) => a + r.n, finish: (a) => a });", /add merge: \(a, b\) => \.\.\., or use a fixed window/, 2],
    ["early results of a session", "keyed.window(SessionWindow.of(5))\n.emitEarly(10).count();", /a session gives its result once/, 2],
    ["side outputs that nobody fills", 'keyed.window(FixedWindow.of(5)).count()\n.sideOutput(SideOutput.of<Row>("late"));', /this window has no side output 'late': say \.lateTo/, 2],
    ["side outputs of what has none", 'rows.map((r) => r.n)\n.sideOutput(SideOutput.of<Row>("late"));', /has no side outputs: read them directly behind/, 2],
    ["ranks of nothing", "keyed.window(FixedWindow.of(5))\n.top(0, (r) => r.n);", /a whole number from 1 to 1,000,000/, 2],
  ];
  for (const [what, text, message, line] of WRONG)
    test(what, async () => {
      const wasm = await moduleOf(text);
      aborts(() => new Instance(wasm), message, line);
    });
});

describe("a timer says at the user's line", () => {
  const inputs = { topic: [[{ k: "a", n: 1, at: 5 }]] };
  const process = (onRecord, onTimer) => `keyed.process<number, string>({
  state: () => 0,
  onRecord: (n, row, ctx) => {
    ${onRecord}
    return n;
  },
  onTimer: (n, time, ctx) => {
    ${onTimer}
    return n;
  },
}).sink(out<string>()).execute();`;

  test("that a time is whole", async () => {
    const wasm = await moduleOf(process("ctx.setTimer(row.at / 2);", ""));
    aborts(() => runTimed(wasm, inputs), /a timer's time is a number of whole milliseconds since 1970, this is 2\.5/, 4);
  });

  test("that it needs an end", async () => {
    const wasm = await moduleOf(process("ctx.setTimer(row.at);", "ctx.setTimer(time + 1);"));
    aborts(() => runTimed(wasm, inputs), /more than 1,000,000 timers fire for one key at once/, 8);
  });
});
