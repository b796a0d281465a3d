// A job in several files, with folders, renamed and type-only imports, constants and a class from elsewhere.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";
import { parse, Average, STOP, type Click } from "./lib/clicks";
import { format as show } from "./lib/text";
import type { Summary } from "./lib/text";
import * as text from "./lib/text";

const ctx = ExecutionContext.new("several", "default");

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ctx)
  .map(parse)
  .filter((c: Click) => !STOP.includes(c.page))
  .map((c): Summary => {
    const average = new Average(c.user);
    for (const part of c.page.split("/")) average.add(part.length);
    return { page: c.page, user: c.user, mean: average.mean };
  })
  .sink(Redis.new<Summary>().host("h").keyExtractor((s) => s.page).valueExtractor((s) => show(s) + text.SEPARATOR + text.twice(s.user)))
  .execute();
