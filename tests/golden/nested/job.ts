// Records inside records, and lists of them.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Order {
  id: string;
  customer: { name: string; city: string };
  items: { sku: string; price: number; tags: string[] }[];
}
interface City {
  city: string;
  names: string[];
  total: number;
  tags: string[];
}
const ctx = ExecutionContext.new("nested", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<Order>()
  .createFlow(ctx)
  .map((order) => ({
    city: order.customer.city,
    names: [order.customer.name],
    total: order.items.reduce((sum, item) => sum + item.price, 0),
    tags: order.items.flatMap((item) => item.tags),
  }))
  .keyBy((c) => c.city)
  .reduce((a, b) => ({ city: a.city, names: a.names.concat(b.names), total: a.total + b.total, tags: a.tags.concat(b.tags) }))
  .sink(
    Redis.new<City>()
      .host("localhost")
      .keyExtractor((c) => c.city)
      .valueExtractor((c) => `${c.names.join("+")} ${c.total} [${c.tags.join(",")}]`),
  )
  .execute();
