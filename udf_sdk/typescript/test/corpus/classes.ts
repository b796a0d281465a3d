// Classes: fields, constructors, methods, getters and setters, static members, inheritance, abstract classes, interfaces.
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Shape {
  area(): number;
}

abstract class Named implements Shape {
  static made: string = "made";
  protected tag = "t";
  constructor(public readonly name: string) {}
  abstract area(): number;
  describe(): string {
    return `${this.tag}:${this.name}=${this.area().toFixed(2)}`;
  }
  static of(name: string): Named {
    return name.length % 2 === 0 ? new Square(name, name.length) : new Circle(name);
  }
}

class Square extends Named {
  private side: number;
  constructor(name: string, side: number) {
    super(name);
    this.side = side;
  }
  area(): number {
    return this.side ** 2;
  }
  grow(by: number): this {
    this.side += by;
    return this;
  }
}

class Circle extends Named {
  area(): number {
    return Math.PI * this.name.length * this.name.length;
  }
  override describe(): string {
    return "round " + super.describe();
  }
}

class Temperature {
  #celsius = 0;
  get fahrenheit(): number {
    return this.#celsius * 1.8 + 32;
  }
  set fahrenheit(f: number) {
    this.#celsius = (f - 32) / 1.8;
  }
  get celsius() {
    return this.#celsius;
  }
}

class Counter<T> {
  private items: T[] = [];
  add(item: T): Counter<T> {
    this.items.push(item);
    return this;
  }
  get size(): number {
    return this.items.length;
  }
  first(): T {
    return this.items[0];
  }
}

function probe(s: string): string {
  const t = new Temperature();
  t.fahrenheit = 212;
  t.fahrenheit += 9;
  const c = new Counter<string>().add(s).add("x");
  const shapes: Shape[] = [new Square("sq", 2).grow(1), new Circle("c")];
  const total = shapes.reduce((sum, shape) => sum + shape.area(), 0);
  return `${Named.of(s).describe()} ${Named.made} ${t.celsius} ${c.size} ${c.first()} ${new Counter<number>().add(4).first()} ${total} ${Named.of(s) instanceof Square}`;
}

Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("classes", "default"))
  .map((s) => ({ key: s, value: probe(s) }))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
