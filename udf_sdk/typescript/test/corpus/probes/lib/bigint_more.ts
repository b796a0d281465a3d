function fact(n: bigint): bigint {
  return n <= 1n ? 1n : n * fact(n - 1n);
}
export function probe(s: string): string {
  const a = BigInt(s.length), b = -7n;
  let c = 1n;
  c += a;
  c *= 3n;
  c <<= 2n;
  const big = [3n, 1n, 2n].sort((x, y) => (x < y ? -1 : 1));
  return `${fact(15n)} ${a % 4n} ${b / 2n} ${b % 3n} ${c} ${a === 35n} ${a > b} ${2n ** 40n} ${Number(a) + 1} ${big.join()} ${a ? "t" : "f"} ${new Set([1n, 1n]).size} ${BigInt("123") & 15n} ${-b} ${b < 0n ? -b : b}`;
}
