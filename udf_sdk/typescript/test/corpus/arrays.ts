// Array methods on numbers, strings and objects.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Item {
  name: string;
  n: number;
}

function probes(s: string): string[] {
  const words = s.split(" ");
  const lengths = words.map((w) => w.length);
  const items: Item[] = words.map((name, n) => ({ name, n }));
  const out: string[] = [];
  out.push(lengths.join() + "|" + lengths.filter((n) => n > 3).join("-") + "|" + lengths.reduce((a, b) => a + b, 0));
  out.push(`${words.some((w) => w === "b")} ${words.every((w) => w.length > 0)} ${words.indexOf("b")} ${words.lastIndexOf("b")} ${words.includes("b")}`);
  out.push(`${items.find((i) => i.n === 1)?.name ?? "nobody"} ${items.findIndex((i) => i.name === "b")} ${lengths.find((n) => n > 4) ?? -1}`);
  const sorted = words.slice().sort();
  out.push(sorted.join(" ") + "|" + lengths.slice().sort((a, b) => b - a).join(" ") + "|" + [10, 9, 1].sort().join());
  items.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  out.push(items.map((i) => i.name + i.n).join(","));
  const stack: number[] = [];
  stack.push(1);
  stack.push(2, 3);
  const top = stack.pop()!;
  stack.unshift(top, 9);
  const first = stack.shift() ?? 0;
  out.push(`${stack.join()} ${top} ${first} ${stack.length}`);
  const letters = ["a", "b", "c", "d", "e"];
  const removed = letters.splice(1, 2);
  letters.splice(1, 0, "x", "y");
  out.push(`${letters.join("")} ${removed.join("")} ${letters.slice(-2).join("")} ${letters.concat(removed, ["z"]).length}`);
  out.push(letters.reverse().join("") + [1, 2, 3].fill(7, 1).join("") + [[1, 2], [3]].flat().length);
  const grid = [[1, 2], [3, 4]];
  grid[0][1] += 10;
  out.push(grid.map((row) => row.join("+")).join(" ") + grid[1][0]);
  const squares: number[] = [];
  for (let i = 0; i < 5; i++) squares[i] = i * i;
  squares[squares.length] = 99;
  squares.length = 4;
  out.push(squares.toString() + squares.at(-1)! + `${squares}`);
  out.push(words.flatMap((w, i) => (i % 2 === 0 ? [w, w] : [])).join(" "));
  out.push([...words, "end"].length + [...lengths].length + Math.max(...lengths) + "");
  out.push(Array.from({ length: 3 }, (_, i) => i * 2).join() + new Array<number>(3).fill(1).join());
  let text = "";
  for (const [i, w] of words.entries()) text += i + w;
  out.push(text);
  out.push(words.reduceRight((acc, w) => acc + w[0], ""));
  return out;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("arrays", "default"))
  .filter((s) => s.trim().length > 0 && !s.includes("  "))
  .flatMap((s) => probes(s).map((value, i) => ({ key: s + i, value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
