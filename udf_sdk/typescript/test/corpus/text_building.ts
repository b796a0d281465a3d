// Text from everything: +, +=, templates over several lines, escapes, numbers, booleans, arrays, nested templates, unicode escapes.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function table(rows: string[][]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      if (i >= widths.length) widths.push(0);
      widths[i] = Math.max(widths[i], cell.length);
    });
  }
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join(" | ")).join("\n");
}

function probe(s: string): string {
  const n = s.length;
  let out = "a" + n + true + 1.5 + s;
  out += n;
  out += "\t\"quoted\" 'single' \\ \u00e9 \x41 \u{1F600} \0".length;
  out += `multi
line ${n > 3 ? `nested ${n * 2}` : "flat"} \${not} \``;
  out += 1 + 2 + "3" + 4 + 5;
  out += [1, [2, 3].length, 4];
  out += `${[s, "x"]}` + -n + +"5" + (n - 1) + `${n === 0}`;
  return out + "\n" + table([["a", s], ["longer", "b"]]) + 'single "double"';
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("textBuilding", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
