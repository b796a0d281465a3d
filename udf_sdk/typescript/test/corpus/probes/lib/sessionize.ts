type Ev = {
  user: string;
  t: number;
};
type Sess = {
  user: string;
  start: number;
  end: number;
  n: number;
};
export function probe(s: string): string {
  const evs: Ev[] = s.split("").map((c, i) => ({ user: c < "m" ? "a" : "b", t: i * (c === " " ? 10 : 1) }));
  const open = new Map<string, Sess>();
  const done: Sess[] = [];
  for (const e of evs) {
    const cur = open.get(e.user);
    if (cur && e.t - cur.end <= 5) {
      cur.end = e.t;
      cur.n++;
    }
    else {
      if (cur)
        done.push(cur);
      open.set(e.user, { user: e.user, start: e.t, end: e.t, n: 1 });
    }
  }
  for (const x of open.values())
    done.push(x);
  return done.map((d) => `${d.user}${d.start}-${d.end}x${d.n}`).join(" ");
}
