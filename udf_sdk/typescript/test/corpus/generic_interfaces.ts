// Generic interfaces that generic classes implement; members of enums by their name in brackets.
// input: {"topic": ["a b a", "", "three words here"]}
import { ExecutionContext, Kafka, Redis } from "lightflus-api";

interface Store<K, V> {
  get(k: K): V | undefined;
  put(k: K, v: V): this;
  readonly size: number;
}
interface Named<T> { label(of: T): string }
class MapStore<K, V> implements Store<K, V>, Named<K> {
  private entries = new Map<K, V>();
  get(k: K): V | undefined { return this.entries.get(k); }
  put(k: K, v: V): this { this.entries.set(k, v); return this; }
  get size(): number { return this.entries.size; }
  label(of: K): string { return `<${of}>`; }
}
class Recent<V> extends MapStore<string, V> {
  private order: string[] = [];
  constructor(private readonly most: number) { super(); }
  override put(k: string, v: V): this {
    this.order = [...this.order.filter((o) => o !== k), k];
    return super.put(k, v);
  }
  keys(): readonly string[] { return this.order.slice(-this.most); }
}
enum Color { Red, Green = 5, Blue }

function probe(line: string): string[] {
  const recent = new Recent<number>(2);
  line.split(" ").forEach((w, i) => recent.put(w, i));
  const store: Store<string, number> = recent;
  const named: Named<string> = recent;
  const flags: Store<number, boolean> = new MapStore<number, boolean>().put(1, true);
  return [recent.keys().join(), `${store.get("a")} ${store.size} ${named.label(line)}`, `${flags.get(1)} ${flags.get(2)}`, `${Color["Green"]} ${Color[Color.Blue]}`];
}
Kafka.builder().brokers(["h:1"]).topic("topic").group("g").build<string>()
  .createFlow(ExecutionContext.new("genericInterfaces", "default"))
  .flatMap((line) => probe(line).map((value, i) => ({ key: i.toString(), value })))
  .sink(Redis.new<{ key: string; value: string }>().host("h").keyExtractor((r) => r.key).valueExtractor((r) => r.value))
  .execute();
