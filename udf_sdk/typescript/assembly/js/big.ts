// Non-negative integers of any size, as little-endian limbs of 32 bits: only what exact decimal conversion needs.
// Values change in place; a Big belongs to the one conversion that made it.

export class Big {
  limbs: StaticArray<u32>;
  /** Limbs in use; the top one is not 0. */
  size: i32 = 0;

  /** `capacity`: the limbs that the largest intermediate value needs. */
  constructor(value: u64, capacity: i32) {
    this.limbs = new StaticArray<u32>(capacity);
    this.limbs[0] = <u32>value;
    this.limbs[1] = <u32>(value >> 32);
    this.size = value >> 32 ? 2 : value ? 1 : 0;
  }

  /** this = this * factor + summand */
  multiplyAdd(factor: u32, summand: u32): void {
    let carry: u64 = summand;
    for (let i = 0; i < this.size; i++) {
      const t = <u64>unchecked(this.limbs[i]) * factor + carry;
      unchecked((this.limbs[i] = <u32>t));
      carry = t >> 32;
    }
    if (carry) this.limbs[this.size++] = <u32>carry;
  }

  multiplyByPowerOf10(exponent: i32): void {
    for (; exponent >= 9; exponent -= 9) this.multiplyAdd(1000000000, 0);
    for (; exponent > 0; exponent--) this.multiplyAdd(10, 0);
  }

  shiftLeft(bits: i32): void {
    if (!this.size || !bits) return;
    const whole = bits >> 5;
    const part = bits & 31;
    const old = this.size;
    this.size = old + whole + 1;
    for (let i = this.size - 1; i >= 0; i--) {
      const high: u32 = i - whole >= 0 && i - whole < old ? unchecked(this.limbs[i - whole]) : 0;
      const low: u32 = i - whole - 1 >= 0 && i - whole - 1 < old ? unchecked(this.limbs[i - whole - 1]) : 0;
      this.limbs[i] = part ? (high << part) | (low >> (32 - part)) : high;
    }
    this.trim();
  }

  /** this = floor(this / 2^bits) */
  shiftRight(bits: i32): void {
    const whole = bits >> 5;
    const part = bits & 31;
    for (let i = 0; i < this.size; i++) {
      const low: u32 = i + whole < this.size ? unchecked(this.limbs[i + whole]) : 0;
      const high: u32 = i + whole + 1 < this.size ? unchecked(this.limbs[i + whole + 1]) : 0;
      unchecked((this.limbs[i] = part ? (low >> part) | (high << (32 - part)) : low));
    }
    this.trim();
  }

  /** this = this + 2^bit */
  addPowerOf2(bit: i32): void {
    const at = bit >> 5;
    while (this.size <= at) this.limbs[this.size++] = 0;
    let carry: u64 = <u64>1 << (bit & 31);
    for (let i = at; carry; i++) {
      if (i == this.size) this.limbs[this.size++] = 0;
      const t = <u64>this.limbs[i] + carry;
      this.limbs[i] = <u32>t;
      carry = t >> 32;
    }
  }

  /** this = floor(this / divisor); answers the remainder. */
  divide(divisor: u32): u32 {
    let remainder: u64 = 0;
    for (let i = this.size - 1; i >= 0; i--) {
      const t = (remainder << 32) | unchecked(this.limbs[i]);
      unchecked((this.limbs[i] = <u32>(t / divisor)));
      remainder = t % divisor;
    }
    this.trim();
    return <u32>remainder;
  }

  /** Below 0, 0 or above 0, as this is less than, equal to or more than the other. */
  compare(other: Big): i32 {
    if (this.size != other.size) return this.size - other.size;
    for (let i = this.size - 1; i >= 0; i--) {
      const a = unchecked(this.limbs[i]);
      const b = unchecked(other.limbs[i]);
      if (a != b) return a < b ? -1 : 1;
    }
    return 0;
  }

  /** Decimal digits, at least one. Empties this. */
  toText(): string {
    let text = "";
    while (this.size) {
      const digits = this.divide(1000000000).toString();
      text = (this.size ? digits.padStart(9, "0") : digits) + text;
    }
    return text.length ? text : "0";
  }

  private trim(): void {
    while (this.size && unchecked(this.limbs[this.size - 1]) == 0) this.size--;
  }
}
