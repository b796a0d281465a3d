// Number formatting, division, remainder, bit operations, comparison with NaN and -0, conversions.
// input: {"topic": ["0", "1", "-1", "0.1", "3.14159", "1e21", "1e-7", "123456789012345680000", "abc", "", "  42  ", "0x1f", "-0", "2147483648", "-2147483649.5", "NaN", "Infinity", "9007199254740993", "1.005", "12px"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function formats(s: string): string[] {
  const x = Number(s);
  const y = parseFloat(s);
  const out: string[] = [];
  out.push(`${x} ${y} ${parseInt(s)} ${parseInt(s, 10)} ${x / 3} ${x % 3} ${-x} ${x * 0.1} ${1 / x}`);
  out.push(`${x | 0} ${x >>> 0} ${x << 3} ${x >> 1} ${~x} ${x & 255} ${x ^ 5}`);
  out.push(`${x > 1} ${x < 1} ${x >= x} ${x === x} ${x !== x} ${x == 0}`);
  out.push(`${isNaN(x)} ${isFinite(x)} ${Number.isInteger(x)} ${Number.isSafeInteger(x)} ${!x} ${!!x}`);
  out.push(`${Math.round(x)} ${Math.floor(x)} ${Math.ceil(x)} ${Math.trunc(x)} ${Math.sign(x)} ${Math.abs(x)}`);
  out.push(`${Math.max(x, 1, 2)} ${Math.min(x, 1)} ${Math.sqrt(Math.abs(x))} ${Math.hypot(3, 4)} ${Math.cbrt(27)} ${2 ** 10}`);
  out.push(x.toFixed(2) + " " + y.toFixed(0) + " " + (255).toString(16) + " " + x.toString());
  out.push("sum " + (0.1 + 0.2) + " " + 7 / 2 + " " + 1e300 * 1e10 + " " + 5e-324 + " " + 100 + " " + 1.0);
  let k = 5;
  k += x;
  k -= 1;
  k *= 2;
  k /= 4;
  k %= 7;
  out.push(`${k} ${k++} ${++k} ${k--} ${--k}`);
  let bits = 12;
  bits |= 3;
  bits &= 14;
  bits ^= 5;
  bits <<= 2;
  bits >>= 1;
  bits >>>= 1;
  out.push(`${bits} ${Number.MAX_SAFE_INTEGER} ${Math.PI} ${Number.EPSILON} ${0xff} ${0b101} ${0o17} ${1_000_000} ${.5} ${5.}`);
  return out;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("numbers", "default"))
  .flatMap((s) => formats(s).map((value, i) => ({ key: s + "/" + i, value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
