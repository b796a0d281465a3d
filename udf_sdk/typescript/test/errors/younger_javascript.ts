// What a younger JavaScript, a browser or a package has: no advice about compiler options, which a job does not have.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";
import rates from "./rates.json"; // error

const fine = (s: string) => s.isWellFormed(); // error
const grouped = (xs: string[]) => Object.groupBy(xs, (x: string) => x); // error
const groupedAsMap = (xs: string[]) => Map.groupBy(xs, (x: string) => x); // error
const joined = (a: Set<string>, b: Set<string>) => a.union(b); // error
const page = () => document.title; // error
const sum = (xs: number[]) => Math.sumPrecise(xs); // error
const shown = (n: number) => n.toLocalString(); // error

Kafka.builder().brokers(["h:1"]).topic("t").group("g").build<string>().createFlow(ExecutionContext.new("young", "default"))
  .sink(Redis.new<string>().host("h").keyExtractor((s) => s).valueExtractor((s) => s))
  .execute();
