// Civil dates from days and back, without Date: integer arithmetic, padding, tables.
// input: {"topic": ["0", "1", "-1", "11016", "19000", "20779", "-719468", "2932896"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

const WEEKDAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

function civil(days: number): { year: number; month: number; day: number } {
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return { year: yoe + era * 400 + (month <= 2 ? 1 : 0), month, day: doy - Math.floor((153 * mp + 2) / 5) + 1 };
}

function pad(n: number, width = 2): string {
  return String(Math.abs(n)).padStart(width, "0");
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("dates", "default"))
  .map((s) => {
    const days = parseInt(s, 10);
    const { year, month, day } = civil(days);
    const weekday = WEEKDAYS[((days % 7) + 7) % 7];
    return { key: s, value: `${year < 0 ? "-" : ""}${pad(year, 4)}-${pad(month)}-${pad(day)} ${weekday}` };
  })
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
