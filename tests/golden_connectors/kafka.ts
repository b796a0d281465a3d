import { ExecutionContext, Header, Kafka, KafkaMessage, Schema, Secret } from "lightflus-api";

interface Order {
  id: number;
  customer: string;
  lines: string[];
}

const ctx = ExecutionContext.new("kafka", "default");
const brokers = ["a:9092", "b:9092"];

Kafka.builder()
  .brokers(brokers)
  .topic("orders")
  .group("copy")
  .startFrom("earliest")
  .bounded()
  .tls({ ca: "ca.pem", cert: "cert.pem", key: "key.pem" })
  .sasl({ mechanism: "SCRAM-SHA-512", user: "app", password: Secret.env("KAFKA_PASSWORD") })
  .badRecords("drop")
  .property("fetch.min.bytes", 65536)
  .buildMessages<KafkaMessage<Order>>()
  .createFlow(ctx)
  .sink(
    Kafka.sink<KafkaMessage<Order>>()
      .brokers(brokers)
      .topic("copies")
      .compression("zstd")
      .keyExtractor((m) => m.key)
      .valueExtractor((m) => m.value)
      .timestampExtractor((m) => m.timestamp)
      .headersExtractor((m): Header[] => [{ name: "from", value: m.topic }]),
  )
  .execute();

Kafka.builder()
  .brokers(brokers)
  .topic("trades")
  .startAtOffsets({ 0: 12, 1: 40 })
  .build<Order>(Schema.json())
  .createFlow(ctx)
  .sink(Kafka.sink<Order>().brokers(brokers).topic("paid").option("retry", 5))
  .execute();

Kafka.builder()
  .brokers(brokers)
  .topic("lines")
  .startAt("2026-01-31T12:00:00Z")
  .build<string>(Schema.raw())
  .createFlow(ctx)
  .sink(Kafka.sink<string>().brokers(brokers).topic("copied").format(Schema.avro({ registry: "http://r", registryUser: "u" })))
  .execute();
