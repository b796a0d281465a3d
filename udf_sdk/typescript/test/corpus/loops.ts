// Loops: for, for-of, while, do-while, break, continue, several variables, nested loops, early return, the comma.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function primes(limit: number): number[] {
  const sieve: boolean[] = [];
  for (let i = 0; i <= limit; i++) sieve.push(true);
  const found: number[] = [];
  for (let i = 2; i <= limit; i++) {
    if (!sieve[i]) continue;
    found.push(i);
    for (let k = i * i; k <= limit; k += i) sieve[k] = false;
  }
  return found;
}

function gcd(a: number, b: number): number {
  while (b !== 0) {
    const t = b;
    b = a % b;
    a = t;
  }
  return a;
}

function collatz(n: number): number {
  let steps = 0;
  do {
    n = n % 2 === 0 ? n / 2 : 3 * n + 1;
    steps++;
  } while (n > 1);
  return steps;
}

function firstVowel(s: string): number {
  for (let i = 0; i < s.length; i++) {
    if ("aeiou".indexOf(s.charAt(i)) >= 0) return i;
  }
  return -1;
}

function zigzag(s: string): string {
  let out = "";
  for (let i = 0, k = s.length - 1; i < k; i++, k--) out += s[i] + s[k];
  let n = 0;
  while (true) {
    if (++n > 100) break;
    if (n % 7 !== 0) continue;
    out += n;
    if (n > 30) break;
  }
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      if (j > i) break;
      out += `${i}${j} `;
    }
  }
  return out;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("loops", "default"))
  .map((s) => ({ key: s, value: `${primes(s.length * 3).join()} ${gcd(s.length * 6, 15)} ${collatz(s.length + 6)} ${firstVowel(s)} ${zigzag(s)}` }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
