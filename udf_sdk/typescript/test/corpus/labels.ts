// Labels of loops: jumps out of several loops and switches, with captured variables.
// input: {"topic": ["3 4 5", "7 8 9", "0 1", "", "2 6 2 6"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function probe(line: string): string[] {
  const ns = line.split(" ").map(Number);
  let found = "none";
  outer: for (const a of ns) {
    for (const b of ns) {
      if (a === b) continue outer;
      if (a * b === 12) { found = a + "x" + b; break outer; }
    }
  }
  return [found, rows(ns), nested(ns), captured(ns), primes(ns.length * 10), forever(ns), names(line)];
}

// Through switches and a loop without end, out of two loops.
function rows(ns: number[]): string {
  let count = 0;
  rows: for (let i = 0; i < 5; i++) {
    let j = 0;
    while (true) {
      switch (j) {
        case 2: continue rows;
        case 9: break rows;
        default: count += 1;
      }
      j++;
      if (i === 3 && ns.length > 2) break rows;
      if (i === 2) break;
    }
    count += 100;
  }
  return count.toString();
}

// Two labels, jumped to from three loops deep.
function nested(ns: number[]): string {
  const seen: string[] = [];
  a: for (const x of ns) {
    b: for (let y = 0; y < 3; y++) {
      let z = 0;
      do {
        if (x + y + z === 9) break a;
        if (y === 1 && z === 1) continue a;
        if (x === y + z) continue b;
        if (z === 3) break b;
        if (z === 2) break;
        seen.push(`${x}${y}${z}`);
        z++;
      } while (z < 5);
      seen.push("-");
    }
    seen.push("|");
  }
  return seen.join(" ");
}

// Variables of the turns are captured.
function captured(ns: number[]): string {
  const fs: (() => string)[] = [];
  turns: for (let i = 0; i < 4; i++) {
    const held = ns[i] ?? -1;
    for (let j = 0; j < 3; j++) {
      fs.push(() => `${i}${j}:${held}`);
      if (j === i) continue turns;
      if (held === 9) break turns;
    }
  }
  return fs.map((f) => f()).join();
}

function primes(most: number): string {
  const found: number[] = [];
  next: for (let n = 2; n < most; n++) {
    for (const p of found) if (n % p === 0) continue next;
    found.push(n);
  }
  return found.join();
}

// Every path returns: TypeScript needs no return at the end.
function forever(ns: number[]): string {
  let n = 0;
  again: while (true) {
    for (const x of ns) {
      n++;
      if (n > 7) return `${n} ${x}`;
      if (x % 2 === 1) continue again;
    }
    n += 2;
    if (n > 20) return "even";
  }
}

function names(line: string): string {
  const chars = new Map([...line].map((c, i) => [c, i]));
  let out = "";
  each: for (const [c, i] of chars) {
    switch (c) {
      case " ":
        continue each;
      case "9":
        break each;
    }
    out += c + i;
  }
  return out;
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("labels", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
