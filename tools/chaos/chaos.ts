// What `python -m tools.chaos` runs: each record has an id, and goes three ways.
import { Connector, ExecutionContext, FixedWindow, Kafka, Redis } from "lightflus-api";

interface Order {
  id: number;
  shop: string;
  at: number;
}

interface Count {
  shop: string;
  count: number;
}

interface Windowed {
  key: string;
  start: number;
  end: number;
  count: number;
}

const orders = Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("orders")
  .group("chaos")
  .build<Order>()
  .createFlow(ExecutionContext.new("chaos", "default"));

// every record once: appended
orders.map((order) => ({ id: order.id, shop: order.shop })).sink(Connector.sink<{ id: number; shop: string }>("file", { path: "copies.jsonl" })).name("copies");

// a row of each shop: replaced
orders
  .map((order): Count => ({ shop: order.shop, count: 1 }))
  .keyBy((one) => one.shop)
  .reduce((a, b) => ({ shop: a.shop, count: a.count + b.count }))
  .name("counts by shop")
  .sink(Redis.new<Count>().host("localhost").keyExtractor((c) => c.shop).valueExtractor((c) => `${c.count}`))
  .name("counts");

// a row of each shop and second of event time: appended
orders
  .withTimestamps((order) => order.at, { outOfOrder: 0 })
  .keyBy((order) => order.shop)
  .window(FixedWindow.of(1_000))
  .count()
  .name("windows by shop")
  .sink(Connector.sink<Windowed>("file", { path: "windows.jsonl" }))
  .name("windows")
  .execute();
