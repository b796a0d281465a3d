// The order in which JavaScript sorts: TimSort as V8 runs it, comparison by comparison, so that comparators which contradict
// themselves (`a > b ? 1 : 0`, NaN, never 0) give what they give under Node. After Tim Peters' description of the algorithm
// (CPython, listsort.txt): runs that are there already are found, short ones are lengthened, neighbours are merged, and a side
// that keeps winning is searched in leaps ("galloping").

const MIN_GALLOP: i32 = 7;
/** Runs that may wait to be merged: their lengths grow like Fibonacci's numbers, so these do for any array. */
const MAX_RUNS: i32 = 85;

/** One sort, of elements that lie at an address. */
@final
export class TimSort<T> {
  private minGallop: i32 = MIN_GALLOP;
  private runs: i32 = 0;
  private starts: StaticArray<i32> = new StaticArray<i32>(MAX_RUNS);
  private lengths: StaticArray<i32> = new StaticArray<i32>(MAX_RUNS);
  private aside: usize = 0;

  constructor(
    private data: usize,
    private env: usize,
    private fn: (env: usize, x: T, y: T) => f64,
  ) {}

  /** Sorts the first `length` elements. */
  sort(length: i32): void {
    if (length < 2) return;
    this.aside = __new((<usize>length + 1) << alignof<T>(), idof<ArrayBuffer>());
    const shortest = shortestRun(length);
    for (let low = 0; low < length; ) {
      let run = this.countRun(low, length);
      if (run < shortest) {
        const forced = min(shortest, length - low);
        this.insert(low, low + run, low + forced);
        run = forced;
      }
      this.starts[this.runs] = low;
      this.lengths[this.runs++] = run;
      this.collapse();
      low += run;
    }
    while (this.runs > 1) {
      const n = this.runs - 2;
      this.mergeAt(n > 0 && this.lengths[n - 1] < this.lengths[n + 1] ? n - 1 : n);
    }
  }

  // @ts-ignore: decorator
  @inline
  private less(x: T, y: T): bool {
    return this.fn(this.env, x, y) < 0;
  }

  // @ts-ignore: decorator
  @inline
  private at(base: usize, i: i32): T {
    return load<T>(base + (<usize>i << alignof<T>()));
  }

  // @ts-ignore: decorator
  @inline
  private put(i: i32, v: T): void {
    store<T>(this.data + (<usize>i << alignof<T>()), v);
  }

  private copy(from: usize, at: i32, to: usize, place: i32, count: i32): void {
    memory.copy(to + (<usize>place << alignof<T>()), from + (<usize>at << alignof<T>()), <usize>count << alignof<T>());
  }

  /** The length of the run at `low`; a falling one is turned round. */
  private countRun(low: i32, high: i32): i32 {
    if (low + 1 == high) return 1;
    const d = this.data;
    const falls = this.less(this.at(d, low + 1), this.at(d, low));
    let i = low + 2;
    while (i < high && this.less(this.at(d, i), this.at(d, i - 1)) == falls) i++;
    if (falls) {
      for (let k = low, m = i - 1; k < m; k++, m--) {
        const v = this.at(d, k);
        this.put(k, this.at(d, m));
        this.put(m, v);
      }
    }
    return i - low;
  }

  /** Puts the elements from `start` on into the sorted ones before them, each behind those that are not greater. */
  private insert(low: i32, start: i32, high: i32): void {
    for (let i = start; i < high; i++) {
      const pivot = this.at(this.data, i);
      let left = low;
      let right = i;
      while (left < right) {
        const middle = left + ((right - left) >> 1);
        if (this.less(pivot, this.at(this.data, middle))) right = middle;
        else left = middle + 1;
      }
      this.copy(this.data, left, this.data, left + 1, i - left);
      this.put(left, pivot);
    }
  }

  private isBalanced(n: i32): bool {
    return n < 2 || this.lengths[n - 2] > this.lengths[n - 1] + this.lengths[n];
  }

  /** Merges until the waiting runs are of falling lengths, each longer than the next two. */
  private collapse(): void {
    while (this.runs > 1) {
      const n = this.runs - 2;
      if (!this.isBalanced(n + 1) || !this.isBalanced(n)) {
        this.mergeAt(this.lengths[n - 1] < this.lengths[n + 1] ? n - 1 : n);
      } else if (this.lengths[n] <= this.lengths[n + 1]) this.mergeAt(n);
      else break;
    }
  }

  /** Merges the runs i and i + 1; what is in its place already is left there. */
  private mergeAt(i: i32): void {
    let a = this.starts[i];
    let lengthA = this.lengths[i];
    const b = this.starts[i + 1];
    let lengthB = this.lengths[i + 1];
    this.lengths[i] = lengthA + lengthB;
    if (i == this.runs - 3) {
      this.starts[i + 1] = this.starts[i + 2];
      this.lengths[i + 1] = this.lengths[i + 2];
    }
    this.runs--;
    const skipped = this.gallopRight(this.data, this.at(this.data, b), a, lengthA, 0);
    a += skipped;
    lengthA -= skipped;
    if (lengthA == 0) return;
    lengthB = this.gallopLeft(this.data, this.at(this.data, a + lengthA - 1), b, lengthB, lengthB - 1);
    if (lengthB == 0) return;
    if (lengthA <= lengthB) this.mergeLow(a, lengthA, b, lengthB);
    else this.mergeHigh(a, lengthA, b, lengthB);
  }

  /** How many elements of a run are less than the key: the place in front of its equals. Looks near `hint` first. */
  private gallopLeft(base: usize, key: T, start: i32, length: i32, hint: i32): i32 {
    let last = 0;
    let offset = 1;
    const at = start + hint;
    if (this.less(this.at(base, at), key)) {
      const most = length - hint;
      while (offset < most && this.less(this.at(base, at + offset), key)) {
        last = offset;
        offset = (offset << 1) + 1;
      }
      offset = min(offset, most) + hint;
      last += hint;
    } else {
      const most = hint + 1;
      while (offset < most && !this.less(this.at(base, at - offset), key)) {
        last = offset;
        offset = (offset << 1) + 1;
      }
      const nearest = hint - last;
      last = hint - min(offset, most);
      offset = nearest;
    }
    last++;
    while (last < offset) {
      const middle = last + ((offset - last) >> 1);
      if (this.less(this.at(base, start + middle), key)) last = middle + 1;
      else offset = middle;
    }
    return offset;
  }

  /** How many elements of a run are not greater than the key: the place behind its equals. */
  private gallopRight(base: usize, key: T, start: i32, length: i32, hint: i32): i32 {
    let last = 0;
    let offset = 1;
    const at = start + hint;
    if (this.less(key, this.at(base, at))) {
      const most = hint + 1;
      while (offset < most && this.less(key, this.at(base, at - offset))) {
        last = offset;
        offset = (offset << 1) + 1;
      }
      const nearest = hint - last;
      last = hint - min(offset, most);
      offset = nearest;
    } else {
      const most = length - hint;
      while (offset < most && !this.less(key, this.at(base, at + offset))) {
        last = offset;
        offset = (offset << 1) + 1;
      }
      offset = min(offset, most) + hint;
      last += hint;
    }
    last++;
    while (last < offset) {
      const middle = last + ((offset - last) >> 1);
      if (this.less(key, this.at(base, start + middle))) offset = middle;
      else last = middle + 1;
    }
    return offset;
  }

  /** Merges from the front, the shorter run A put aside. */
  private mergeLow(a: i32, lengthA: i32, b: i32, lengthB: i32): void {
    const d = this.data;
    const t = this.aside;
    this.copy(d, a, t, 0, lengthA);
    let to = a;
    let k = 0;
    this.put(to++, this.at(d, b++));
    lengthB--;
    while (lengthB > 0 && lengthA > 1) {
      let winsA = 0;
      let winsB = 0;
      while (winsA < this.minGallop && winsB < this.minGallop) {
        if (this.less(this.at(d, b), this.at(t, k))) {
          this.put(to++, this.at(d, b++));
          winsB++;
          winsA = 0;
          if (--lengthB == 0) return this.endLow(to, k, lengthA, b, lengthB);
        } else {
          this.put(to++, this.at(t, k++));
          winsA++;
          winsB = 0;
          if (--lengthA == 1) return this.endLow(to, k, lengthA, b, lengthB);
        }
      }
      this.minGallop++;
      do {
        this.minGallop = max(1, this.minGallop - 1);
        winsA = this.gallopRight(t, this.at(d, b), k, lengthA, 0);
        this.copy(t, k, d, to, winsA);
        to += winsA;
        k += winsA;
        lengthA -= winsA;
        if (winsA > 0 && lengthA <= 1) return this.endLow(to, k, lengthA, b, lengthB);
        this.put(to++, this.at(d, b++));
        if (--lengthB == 0) return this.endLow(to, k, lengthA, b, lengthB);
        winsB = this.gallopLeft(d, this.at(t, k), b, lengthB, 0);
        this.copy(d, b, d, to, winsB);
        to += winsB;
        b += winsB;
        lengthB -= winsB;
        if (lengthB == 0) return this.endLow(to, k, lengthA, b, lengthB);
        this.put(to++, this.at(t, k++));
        if (--lengthA == 1) return this.endLow(to, k, lengthA, b, lengthB);
      } while (winsA >= MIN_GALLOP || winsB >= MIN_GALLOP);
      this.minGallop++;
    }
    this.endLow(to, k, lengthA, b, lengthB);
  }

  /** What is left: of A alone, or one of A behind what is left of B. */
  private endLow(to: i32, k: i32, lengthA: i32, b: i32, lengthB: i32): void {
    this.copy(this.data, b, this.data, to, lengthB);
    this.copy(this.aside, k, this.data, to + lengthB, lengthA);
  }

  /** Merges from the end, the shorter run B put aside. */
  private mergeHigh(a: i32, lengthA: i32, b: i32, lengthB: i32): void {
    const d = this.data;
    const t = this.aside;
    this.copy(d, b, t, 0, lengthB);
    let to = b + lengthB - 1;
    let k = lengthB - 1;
    let i = a + lengthA - 1;
    this.put(to--, this.at(d, i--));
    lengthA--;
    while (lengthA > 0 && lengthB > 1) {
      let winsA = 0;
      let winsB = 0;
      while (winsA < this.minGallop && winsB < this.minGallop) {
        if (this.less(this.at(t, k), this.at(d, i))) {
          this.put(to--, this.at(d, i--));
          winsA++;
          winsB = 0;
          if (--lengthA == 0) return this.endHigh(to, k, lengthA, i, lengthB);
        } else {
          this.put(to--, this.at(t, k--));
          winsB++;
          winsA = 0;
          if (--lengthB == 1) return this.endHigh(to, k, lengthA, i, lengthB);
        }
      }
      this.minGallop++;
      do {
        this.minGallop = max(1, this.minGallop - 1);
        winsA = lengthA - this.gallopRight(d, this.at(t, k), a, lengthA, lengthA - 1);
        to -= winsA;
        i -= winsA;
        this.copy(d, i + 1, d, to + 1, winsA);
        lengthA -= winsA;
        if (lengthA == 0) return this.endHigh(to, k, lengthA, i, lengthB);
        this.put(to--, this.at(t, k--));
        if (--lengthB == 1) return this.endHigh(to, k, lengthA, i, lengthB);
        winsB = lengthB - this.gallopLeft(t, this.at(d, i), 0, lengthB, lengthB - 1);
        to -= winsB;
        k -= winsB;
        this.copy(t, k + 1, d, to + 1, winsB);
        lengthB -= winsB;
        if (winsB > 0 && lengthB <= 1) return this.endHigh(to, k, lengthA, i, lengthB);
        this.put(to--, this.at(d, i--));
        if (--lengthA == 0) return this.endHigh(to, k, lengthA, i, lengthB);
      } while (winsA >= MIN_GALLOP || winsB >= MIN_GALLOP);
      this.minGallop++;
    }
    this.endHigh(to, k, lengthA, i, lengthB);
  }

  /** What is left: of B alone, or one of B in front of what is left of A. */
  private endHigh(to: i32, k: i32, lengthA: i32, i: i32, lengthB: i32): void {
    this.copy(this.data, i - lengthA + 1, this.data, to - lengthA + 1, lengthA);
    this.copy(this.aside, k - lengthB + 1, this.data, to - lengthA - lengthB + 1, lengthB);
  }
}

/** The length to which runs are brought: the array then falls into a power of two of them, or a little less. */
function shortestRun(length: i32): i32 {
  let odd = 0;
  let n = length;
  while (n >= 64) {
    odd |= n & 1;
    n >>= 1;
  }
  return n + odd;
}
