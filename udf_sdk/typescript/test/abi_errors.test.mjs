// What happens when a user's function misbehaves: the words, the row and the place that reach the host.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { compileLowered, compileText } from "./compile_lowered.mjs";
import { GuestAbort, Instance } from "./instance.mjs";
import { placeOf } from "./places.mjs";

const FUNCTIONS = {
  fail: 0, grow: 1, writeGlobal: 2, writeField: 3, pushKept: 4, setKept: 5, growKept: 6, divide: 7, log: 8, throws: 9, longText: 10,
};

let module;
before(async () => {
  module = new WebAssembly.Module(await compileLowered("trouble"));
});

/** Applies a function to texts and answers what it threw. */
function failureOf(instance, number, ...texts) {
  try {
    instance.apply(number, texts.map((value) => ({ value })));
  } catch (error) {
    return error;
  }
  return assert.fail("the call succeeded");
}

describe("aborts", () => {
  test("carry the message, the place and the row", () => {
    const instance = new Instance(module);
    const error = failureOf(instance, FUNCTIONS.fail, "good", "fine", "bad");
    assert.ok(error instanceof GuestAbort);
    assert.deepEqual([error.message, error.file, error.line, error.column], ["no: bad", "trouble.ts", 6, 77]);
    assert.equal(instance.row(), 2);
  });

  test("a throw says where it stands", () => {
    const error = failureOf(new Instance(module), FUNCTIONS.throws, "bad");
    assert.deepEqual([error.message, error.file, error.line], ["thrown", "trouble.ts", 15]);
  });

  test("a very long message is cut, not lost", () => {
    const error = failureOf(new Instance(module), FUNCTIONS.longText, "");
    assert.match(error.message, /^x{2048}$/);
  });
});

describe("memory", () => {
  test("an allocation that cannot be had is named, with what the instance has", () => {
    const error = failureOf(new Instance(module), FUNCTIONS.grow, "ab");
    assert.match(error.message, /^out of memory: the function has \d+ MiB, needs more and may not have it$/);
  });
});

describe("purity", () => {
  for (const name of ["writeGlobal", "writeField", "pushKept", "setKept", "growKept"]) {
    test(`${name}: what is stored outside the call ends it`, () => {
      const error = failureOf(new Instance(module), FUNCTIONS[name], "something new");
      assert.match(error.message, /must be pure; keep state in keyBy/);
    });
  }
});

describe("traps", () => {
  test("a trap is placed in the user's file through the module's source map", () => {
    const error = failureOf(new Instance(module), FUNCTIONS.divide, "x");
    assert.ok(error instanceof WebAssembly.RuntimeError);
    assert.deepEqual(placeOf(module, error), { file: "trouble.ts", line: 21, column: 10 });
  });

  test("lines and columns of lowered text become the user's", async () => {
    const text = (await import("node:fs")).readFileSync(new URL("lowered/trouble.ts", import.meta.url), "utf8");
    const toUser = (_file, line, column) => ({ line: line + 100, column: column + 7 });
    const moved = new WebAssembly.Module(await compileText("trouble.ts", text, "", { toUser }));
    const error = failureOf(new Instance(moved), FUNCTIONS.divide, "x");
    assert.deepEqual(placeOf(moved, error), { file: "trouble.ts", line: 121, column: 17 });
  });
});

describe("logs", () => {
  test("go to the host with their level", () => {
    const instance = new Instance(module);
    instance.apply(FUNCTIONS.log, [{ value: "日本" }, { value: "b" }]);
    assert.deepEqual(instance.logs, [[2, "saw 日本"], [2, "saw b"]]);
  });
});

describe("modules", () => {
  test("import the two functions of the host and nothing else", () => {
    assert.deepEqual(WebAssembly.Module.imports(module).map((i) => `${i.module}.${i.name}`).sort(), ["lightflus.abort", "lightflus.log"]);
  });

  test("start small", () => {
    assert.ok(new Instance(module).exports.memory.buffer.byteLength <= 2 << 20);
  });

  const WITHOUT = {
    "starts no job": 'ExecutionContext.new("j");',
    "makes no job": "",
    "a program is one job": 'ExecutionContext.new("j"); ExecutionContext.new("k");',
    "needs a job name": 'ExecutionContext.new("");',
    "this Redis sink has no key":
      'Kafka.builder().topic("t").build<string>().createFlow(ExecutionContext.new("j")).sink(Redis.new<string>().host("h"), \'"position":{"file":"a.ts","line":3,"column":4}\').execute();',
  };
  for (const [words, text] of Object.entries(WITHOUT)) {
    test(`a main that is not a job says so: ${words}`, async () => {
      const wasm = await compileText("main.ts", `import { ExecutionContext, Kafka, Redis } from "lightflus-api"; ${text}`);
      assert.throws(() => new Instance(wasm), new RegExp(words));
    });
  }

  test("a flow that nobody starts is told at its last operator", async () => {
    const place = `'"position":{"file":"a.ts","line":3,"column":4}'`;
    const flow = `Kafka.builder().topic("t").build<string>().createFlow(ExecutionContext.new("j"), ${place});`;
    const wasm = await compileText("main.ts", `import { ExecutionContext, Kafka } from "lightflus-api"; ${flow}`);
    assert.throws(() => new Instance(wasm), { message: /starts no job/, file: "a.ts", line: 3, column: 4 });
  });
});
