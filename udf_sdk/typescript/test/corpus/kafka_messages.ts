// Whole messages in, messages with key, time and headers out; a message type of the job's own; the record as it is.
// input: {"orders": [{"key": "a", "value": {"id": 1, "lines": ["x", "y"]}, "timestamp": 1700000000000, "partition": 2, "offset": "7n", "topic": "orders", "headers": [{"name": "trace", "value": "t1"}, {"name": "none", "value": null}]}, {"key": null, "value": {"id": 2, "lines": []}, "timestamp": 5, "partition": 0, "offset": "9007199254740993n", "topic": "orders", "headers": []}], "clicks": [{"key": "k1", "value": "left"}, {"key": null, "value": "right"}]}
import { ExecutionContext, Header, Kafka, KafkaMessage } from "lightflus-api";

interface Order {
  id: number;
  lines: string[];
}

/** Only what this job needs of a message. */
interface Click {
  key: string | null;
  value: string;
}

interface Placed {
  id: number;
  from: string;
  at: number;
  trace: string | null;
}

const ctx = ExecutionContext.new("messages", "default");
const brokers = ["localhost:9092"];

function traceOf(headers: Header[]): string | null {
  return headers.find((h) => h.name === "trace")?.value ?? null;
}

const orders = Kafka.builder()
  .brokers(brokers)
  .topic("orders")
  .startFrom("earliest")
  .bounded()
  .buildMessages<KafkaMessage<Order>>()
  .createFlow(ctx);

orders
  .map((m): Placed => ({
    id: m.value.id,
    from: `${m.topic}[${m.partition}]@${m.offset}`,
    at: m.timestamp,
    trace: traceOf(m.headers),
  }))
  .sink(
    Kafka.sink<Placed>()
      .brokers(brokers)
      .topic("placed")
      .keyExtractor((p) => p.trace)
      .timestampExtractor((p) => p.at)
      .headersExtractor((p) => [{ name: "from", value: p.from }, { name: "trace", value: p.trace }]),
  )
  .execute();

orders.sink(Kafka.sink<KafkaMessage<Order>>().brokers(brokers).topic("copies").keyExtractor((m) => m.key).valueExtractor((m) => m.value)).execute();
orders.sink(Kafka.sink<KafkaMessage<Order>>().brokers(brokers).topic("lines").valueExtractor((m) => m.value.lines.join("+"))).execute();
orders.sink(Kafka.sink<KafkaMessage<Order>>().brokers(brokers).topic("offsets").keyExtractor((m) => String(m.offset)).valueExtractor(({ partition }) => partition)).execute();

Kafka.builder()
  .brokers(brokers)
  .topic("clicks")
  .buildMessages<Click>()
  .createFlow(ctx)
  .filter((c) => c.key !== null)
  .map((c) => `${c.key ?? "?"}:${c.value}`)
  .sink(Kafka.sink<string>().brokers(brokers).topic("named"))
  .execute();
