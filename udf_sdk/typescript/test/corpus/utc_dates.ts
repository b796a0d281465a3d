// Date in UTC: ISO text, parts, arithmetic, order, identity.
// input: {"topic": ["2024-01-02T03:04:05Z", "2024-02-29T00:00:00.123Z", "1970-01-01", "1969-12-31T23:59:59.999Z", "0001-01-01", "-000001-03-01T00:00:00Z", "2024-02-30", "2024-13-01", "bad", "", "2024-01-02T03:04:05+02:30", "2024-01-02T24:00:00Z", "2024-01-02T24:00:01Z", "2024-05", "2024", "2023-06-30T12:00Z", "9999-12-31T23:59:59.9999Z", "+010000-01-01T00:00:00.000Z", "2000-02-29", "1900-03-01", "2024-01-02T03:04:05.1Z", "2024-1-2T00:00Z", "+275760-09-13", "+275760-09-14"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Event { at: Date; name: string }
const HOUR = 3600_000;
function bucket(d: Date): string { return new Date(Math.floor(d.getTime() / HOUR) * HOUR).toISOString().slice(0, 13); }
function latest(events: readonly Event[]): Event | undefined { return [...events].sort((a, b) => b.at.getTime() - a.at.getTime())[0]; }
function fields(d: Date): string { return [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCDay(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds(), d.getUTCMilliseconds()].join(" "); }
function maybe(s: string): Date | null { const d = new Date(s); return isNaN(d.getTime()) ? null : d; }
function probe(line: string): string[] {
  const d = new Date(line);
  const out = [`${d.getTime()} ${Date.parse(line)} ${d.valueOf()} ${+d} ${Number(d)} ${[d].map(Number).join()}`, fields(d)];
  const known = maybe(line);
  if (known === null) return [...out, "invalid"];
  const next = new Date(known.getTime() + 24 * HOUR);
  const copy = new Date(known);
  const monday = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() - ((d.getUTCDay() + 6) % 7)));
  const byDate = new Map([[known, "same"], [copy, "copy"]]);
  return [...out, known.toISOString(), bucket(known), `${next > known} ${next <= known} ${copy === known} ${copy >= known} ${byDate.get(known)} ${known ? "there" : "no"}`, fields(monday), latest([{ at: known, name: "a" }, { at: next, name: "b" }])?.name ?? "-", known?.toISOString().slice(0, 10), `${Date.UTC(99, 0)} ${Date.UTC(2024, 14, 31, 25, 61, 61, 1001)} ${Date.UTC(2024, -1)} ${Date.UTC(NaN, 1)} ${Date.UTC(2024)} ${Date.UTC(1e9, 1)}`];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("utc_dates", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
