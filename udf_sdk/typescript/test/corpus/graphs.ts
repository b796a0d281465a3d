// Local data structures: a queue, a stack, breadth-first search, memoised recursion, a linked list, a binary tree.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

class Tree {
  left: Tree | null = null;
  right: Tree | null = null;
  constructor(public key: string) {}

  insert(key: string): void {
    if (key < this.key) {
      if (this.left) this.left.insert(key);
      else this.left = new Tree(key);
    } else if (key > this.key) {
      if (this.right === null) this.right = new Tree(key);
      else this.right.insert(key);
    }
  }

  walk(visit: (key: string) => void): void {
    this.left?.walk(visit);
    visit(this.key);
    this.right?.walk(visit);
  }

  get depth(): number {
    return 1 + Math.max(this.left?.depth ?? 0, this.right ? this.right.depth : 0);
  }
}

function sorted(s: string): string {
  const words = s.split(" ");
  const root = new Tree(words[0]);
  for (const w of words.slice(1)) root.insert(w);
  const out: string[] = [];
  root.walk((k) => {
    out.push(k);
  });
  return out.join("<") + " depth " + root.depth;
}

function bfs(edges: Map<string, string[]>, start: string): string[] {
  const queue = [start];
  const seen = new Set<string>([start]);
  const order: string[] = [];
  while (queue.length > 0) {
    const node = queue.shift()!;
    order.push(node);
    for (const next of edges.get(node) ?? []) {
      if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
  }
  return order;
}

function ways(n: number, memo: Map<number, number>): number {
  if (n <= 1) return 1;
  const known = memo.get(n);
  if (known !== undefined) return known;
  const result = ways(n - 1, memo) + ways(n - 2, memo);
  memo.set(n, result);
  return result;
}

function probe(s: string): string {
  const edges = new Map<string, string[]>();
  const letters = s.split("");
  for (let i = 0; i + 1 < letters.length; i++) {
    const targets = edges.get(letters[i]) ?? [];
    targets.push(letters[i + 1]);
    edges.set(letters[i], targets);
  }
  return `${sorted(s)} ${bfs(edges, letters.length > 0 ? letters[0] : "-").join("")} ${ways(s.length, new Map<number, number>())}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("graphs", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
