// Revenue per customer: JSON lines in, totals of the paid orders out.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Item {
  sku: string;
  price: number;
  quantity: number;
}

interface Order {
  id: string;
  customer: string;
  status: "paid" | "open" | "cancelled";
  items: Item[];
}

interface Revenue {
  customer: string;
  orders: number;
  total: number;
}

function total(items: Item[]): number {
  return items.reduce((sum, item) => sum + item.price * item.quantity, 0);
}

const ctx = ExecutionContext.new("orders", "default");
const orders = Kafka.builder().brokers(["localhost:9092"]).topic("orders").group("revenue").build<Order>(undefined, "Order");
const revenue = Redis.new<Revenue>()
  .host("localhost")
  .keyExtractor((r) => r.customer)
  .valueExtractor((r) => `${r.orders} orders, ${r.total.toFixed(2)}`);

orders
  .createFlow(ctx)
  .filter((order) => order.status === "paid")
  .map((order) => ({ customer: order.customer, orders: 1, total: total(order.items) }))
  .keyBy((r) => r.customer)
  .reduce((a, b) => ({ customer: a.customer, orders: a.orders + b.orders, total: a.total + b.total }))
  .sink(revenue)
  .execute();
