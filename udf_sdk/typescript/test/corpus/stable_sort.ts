// Sorting is stable, by any comparator, and leaves what it should; copies do not share.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Card = { suit: string; rank: number };

function deal(n: number): Card[] {
  const cards: Card[] = [];
  let seed = n + 1;
  for (let i = 0; i < 40; i++) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    cards.push({ suit: "cdhs".charAt(seed % 4), rank: (seed >> 8) % 13 });
  }
  return cards;
}

const text = (cards: Card[]): string => cards.map((c) => c.suit + c.rank).join(" ");

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("stableSort", "default"))
  .flatMap((s) => {
    const cards = deal(s.length);
    const byRank = [...cards].sort((a, b) => a.rank - b.rank);
    const bySuit = byRank.slice().sort((a, b) => (a.suit < b.suit ? -1 : a.suit > b.suit ? 1 : 0));
    const descending = cards.map((c) => c.rank).sort((a, b) => b - a);
    const words = s.split(" ").sort();
    const lengths = s.split(" ").sort((a, b) => a.length - b.length).reverse();
    return [text(cards), text(byRank), text(bySuit), descending.join(), words.join("|"), lengths.join("|"), [3, 20, 100, -1].sort().join()].map((value, i) => ({ key: s + i, value }));
  })
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
