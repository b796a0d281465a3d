import { ExecutionContext, Kafka } from "lightflus-api";

interface Payment {
  id: string;
  shop: number;
  amount: number;
  currency: string;
}

interface EnrichedPayment extends Payment {
  city: string;
  euros: number;
}

const CITIES = new Map([
  [1, "Lisbon"],
  [2, "Zürich"],
  [3, "Osaka"],
]);
const EUROS = new Map([
  ["EUR", 1],
  ["CHF", 1.05],
  ["JPY", 0.0061],
]);

function enriched(payment: Payment): EnrichedPayment {
  const euros = payment.amount * (EUROS.get(payment.currency) ?? 0);
  return { ...payment, city: CITIES.get(payment.shop) ?? "unknown", euros: Math.round(euros * 100) / 100 };
}

const brokers = ["localhost:9092"];

Kafka.builder()
  .brokers(brokers)
  .topic("payments")
  .group("enrichment")
  .build<Payment>()
  .createFlow(ExecutionContext.new("enrichment", "default"))
  .map(enriched)
  .sink(Kafka.sink<EnrichedPayment>().brokers(brokers).topic("enriched_payments").keyExtractor((p) => p.id))
  .execute();
