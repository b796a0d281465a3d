// Patterns find what they find under Node, and in linear time; `node test/patterns.mjs` compares a hundred thousand pairs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { compilePattern } from "../.build/compiler/patterns/pattern.mjs";
import { differences, matched, patternModule } from "./patterns.mjs";

const run = await patternModule();

test("random patterns match random texts as under Node", () => {
  assert.deepEqual(differences(run, 5000, 1), []);
});

/** Patterns for which a backtracking run takes exponential or quadratic time over `a` repeated. */
const SLOW = ["(a*)*b", "(a|a)*b", "(a|aa)+$b", "(?:a?){30}a{30}b", "a*a*a*b", "(?=(a*)*b)a", "(?:a(?=a*b))*c", "(?:(?:a*)*|x)*b", "(.*)(.*)(.*)b", "[^b]*b", "((a+)+)+b"];

for (const source of SLOW) {
  test(`/${source}/ looks through a long text in linear time`, () => {
    const pattern = compilePattern(source, "");
    const time = (length) => {
      const start = performance.now();
      assert.equal(matched(run, pattern, "a".repeat(length)), null);
      return performance.now() - start;
    };
    time(1000);
    assert.ok(time(200_000) < 5000);
  });
}
