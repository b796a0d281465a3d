// A source of objects: what JSON lines become. Optional and nullable fields.
// input: {"orders": [{"id": "1", "customer": "ann", "items": [{"sku": "a", "price": 2.5, "quantity": 2}], "note": null}, {"id": "2", "customer": "bob", "items": [], "coupon": "x10", "note": "late"}, {"id": "3", "customer": "ann", "items": [{"sku": "b", "price": 0.1, "quantity": 3}, {"sku": "c", "price": 10, "quantity": 1, "gift": true}], "note": "ok"}]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Item {
  sku: string;
  price: number;
  quantity: number;
}

interface Order {
  id: string;
  customer: string;
  items: Item[];
  coupon?: string;
  note: string | null;
}

interface Revenue {
  customer: string;
  orders: number;
  total: number;
  notes: string[];
}

function totalOf(items: Item[]): number {
  let sum = 0;
  for (const { price, quantity } of items) sum += price * quantity;
  return sum;
}

async function main(ctx: ExecutionContext): Promise<void> {
  const orders = Kafka.builder().brokers(["h:1"]).topic("orders").group("g").build<Order>(undefined, "Order");
  const sink = Redis.new<Revenue>().host("h").keyExtractor((r) => r.customer).valueExtractor((r) => `${r.orders} ${r.total.toFixed(2)} ${r.total} ${r.notes.join("|")}`);
  await orders
    .createFlow(ctx)
    .filter((o) => o.items.length > 0 || o.coupon !== undefined)
    .map((o): Revenue => ({
      customer: o.customer,
      orders: 1,
      total: totalOf(o.items) * (o.coupon ? 0.9 : 1),
      notes: [o.note ?? "none", o.coupon ?? "no coupon", o.note === null ? "null" : o.note.toUpperCase(), `${o.coupon?.length ?? -1}`],
    }))
    .keyBy((r) => r.customer)
    .reduce((a, b) => ({ ...a, orders: a.orders + b.orders, total: a.total + b.total, notes: a.notes.concat(b.notes) }))
    .sink(sink)
    .execute();
}

main(ExecutionContext.new("orders", "default"));
