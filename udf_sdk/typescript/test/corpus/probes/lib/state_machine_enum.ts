enum S {
  Idle = "idle",
  Run = "run",
  Done = "done"
}
type Ev = "start" | "stop" | "tick";
const NEXT: Map<string, S> = new Map([[S.Idle + ":start", S.Run], [S.Run + ":stop", S.Done]]);
function step(s: S, e: Ev): S {
  return NEXT.get(`${s}:${e}`) ?? s;
}
export function probe(s: string): string {
  let st: S = S.Idle;
  const trace: S[] = [st];
  for (const c of s) {
    st = step(st, c === "h" ? "start" : c === "o" ? "stop" : "tick");
    if (st !== trace[trace.length - 1])
      trace.push(st);
  }
  return trace.join(">");
}
