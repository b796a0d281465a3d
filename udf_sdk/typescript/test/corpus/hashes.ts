// Bit arithmetic: FNV-1a, CRC-32 with a table built in main, a xorshift, hexadecimal text.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

function makeTable(): number[] {
  const table: number[] = [];
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    table.push(c >>> 0);
  }
  return table;
}

const TABLE = makeTable();

function crc32(s: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < s.length; i++) crc = TABLE[(crc ^ s.charCodeAt(i)) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function fnv(s: string): number {
  let hash = 2166136261;
  for (let i = 0; i < s.length; i++) {
    hash ^= s.charCodeAt(i);
    hash = Math.imul(hash, 16777619);
  }
  return hash >>> 0;
}

function xorshift(seed: number): number {
  let x = seed | 1;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  return x;
}

const hex = (n: number): string => n.toString(16).padStart(8, "0");

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("hashes", "default"))
  .map((s) => ({ key: s, value: `${hex(crc32(s))} ${hex(fnv(s))} ${xorshift(s.length)} ${fnv(s) % 16} ${(fnv(s) / 4294967296).toFixed(6)}` }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
