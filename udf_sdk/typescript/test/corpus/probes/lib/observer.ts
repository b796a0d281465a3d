type Handler = (e: string) => void;
class Bus {
  private hs = new Map<string, Handler[]>();
  on(t: string, h: Handler): void {
    const l = this.hs.get(t);
    if (l)
      l.push(h);
    else
      this.hs.set(t, [h]);
  }
  emit(t: string, e: string): number {
    const l = this.hs.get(t) ?? [];
    l.forEach((h) => h(e));
    return l.length;
  }
}
export function probe(s: string): string {
  const log: string[] = [];
  const b = new Bus();
  b.on("a", (e) => log.push("1" + e));
  b.on("a", (e) => {
    log.push("2" + e);
  });
  return `${b.emit("a", s)} ${b.emit("z", s)} ${log.join()}`;
}
