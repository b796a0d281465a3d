// Arrays are sorted in Node's order, whatever the comparator says; `node test/sort_orders.mjs` compares a hundred thousand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, sortModule } from "./sort_orders.mjs";

test("sort gives Node's order, also with comparators that contradict themselves", async () => {
  assert.deepEqual(differences(await sortModule(), 1500, 1), []);
});
