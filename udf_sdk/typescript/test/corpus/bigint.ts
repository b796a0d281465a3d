// bigint as 64-bit integers: arithmetic, comparison, conversion, as key and as column.
// input: {"topic": ["0", "1", "-5", "9007199254740993", "4611686018427387903", "12345678901234567"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

type Row = { id: bigint; twice: bigint; n: number };

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("bigint", "default"))
  .map((s): Row => {
    const id = BigInt(s);
    return { id, twice: id * 2n, n: Number(id) };
  })
  .keyBy((r) => r.id)
  .reduce((a, b) => ({ id: a.id, twice: a.twice + b.twice, n: a.n + b.n }))
  .map((r) => ({
    key: r.id.toString(),
    value: `${r.twice} ${r.id - 1n} ${r.id / 3n} ${r.id % 3n} ${-r.id} ${r.id > 10n} ${r.id === 1n} ${r.n} ${r.id.toString(16)} ${BigInt(7)} ${r.id & 255n}`,
  }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
