function luhn(d: string): boolean {
  let sum = 0;
  let alt = false;
  for (let i = d.length - 1; i >= 0; i--) {
    let n = parseInt(d.charAt(i), 10);
    if (alt) {
      n *= 2;
      if (n > 9)
        n -= 9;
    }
    sum += n;
    alt = !alt;
  }
  return sum % 10 === 0;
}
export function probe(s: string): string {
  return `${luhn("4539578763621486")} ${luhn("1234567" + s.length)}`;
}
