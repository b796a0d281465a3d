// Looks codes up in a table that main made.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const NAMES = new Map<string, string>([["CH", "Schweiz"], ["DE", "Deutschland"], ["FR", "France"]]);
const ctx = ExecutionContext.new("enrichment", "default");

Kafka.builder()
  .brokers(["localhost:9092"])
  .topic("in")
  .group("golden")
  .build<string>()
  .createFlow(ctx)
  .map((line) => {
    const parts = line.split(",");
    return { country: NAMES.get(parts[0]) ?? `unknown ${parts[0]}`, visits: parseInt(parts[1]) };
  })
  .keyBy((v) => v.country)
  .reduce((a, b) => ({ country: a.country, visits: a.visits + b.visits }))
  .sink(Redis.new<{ country: string; visits: number }>().host("localhost").keyExtractor((v) => v.country).valueExtractor((v) => `${v.visits}`))
  .execute();
