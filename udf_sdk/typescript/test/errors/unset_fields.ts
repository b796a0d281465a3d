// Fields that are read while their object is made, and variables that main reads through a method, before they have a value.
class Sized {
  private n = this.size() + 1; // error
  private m = 5;
  size(): number {
    return this.m + this.n;
  }
}

class Base {
  t = "";
  constructor() {
    this.t = this.name(); // error
  }
  name(): string {
    return "";
  }
}
class Labelled extends Base {
  label = "b";
  override name(): string {
    return this.label + "!";
  }
}

class Shown {
  text: string;
  #parts: string[];
  constructor(n: number) {
    this.text = show(this); // error
    this.#parts = [this.text];
  }
  get all(): string[] {
    return this.#parts;
  }
}
function show(value: Shown): string {
  return value.all.join();
}

class Sometimes {
  at: number;
  list = [1, 2];
  constructor(n: number) {
    if (n > 0) this.at = 1;
    else this.later();
    this.at = this.list.map((v) => v + this.now()).length; // error
  }
  later(): void {
    if (this.list.length > 3) return;
    this.at = 2;
  }
  now(): number {
    return this.at;
  }
}

export const all = [new Labelled().t, new Shown(1).text, `${new Sized().size()} ${new Sometimes(1).at}`];

abstract class Rule {
  abstract weigh(): number;
}
class Heavy extends Rule {
  override weigh(): number {
    return WEIGHTS[0] + 1; // error
  }
}
interface Said {
  say(): string;
}
class Loud implements Said {
  say(): string {
    return Words.loud; // error
  }
}
function run(said: Said): string {
  return said.say();
}
const rule: Rule = new Heavy();
export const early = `${rule.weigh()} ${run(new Loud())}`;
const WEIGHTS = [1, 2];
class Words {
  static loud = "!".repeat(2);
}
