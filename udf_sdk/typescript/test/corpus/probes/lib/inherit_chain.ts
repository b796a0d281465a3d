abstract class Animal {
  protected sound = "...";
  constructor(public name: string) {
  }
  speak(): string {
    return this.name + " says " + this.sound;
  }
  abstract legs(): number;
  get info(): string {
    return `${this.name}/${this.legs()}`;
  }
}
class Dog extends Animal {
  constructor(name: string) {
    super(name + "!");
    this.sound = "woof";
  }
  legs(): number {
    return 4;
  }
}
class Puppy extends Dog {
  speak(): string {
    return super.speak().toUpperCase();
  }
  override get info(): string {
    return "small " + super.info;
  }
}
export function probe(s: string): string {
  const zoo: Animal[] = [new Dog(s), new Puppy("p")];
  return zoo.map((a) => a.speak() + a.info + (a instanceof Puppy)).join("|");
}
