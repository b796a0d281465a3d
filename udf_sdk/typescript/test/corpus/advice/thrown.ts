// Advice about what is thrown, and about values of which the program asks what they are.

// way out: extend Error
class Lost extends Error {
  constructor(readonly at: number) {
    super("lost");
  }
}

function risky(line: string): number {
  if (line.length > 2) throw new Lost(line.length);
  if (line.length > 1) throw line;
  return line.length;
}

// way out: say the type where the text is read, JSON.parse(text) as T, or take it as Record<string, unknown> and unknown[]
function nameOf(x: unknown): string {
  const name = typeof x === "object" && x !== null && !Array.isArray(x) ? (x as Record<string, unknown>).name : x;
  return typeof name === "string" ? name : "none";
}

export function thrown(line: string): string[] {
  const out: string[] = [];
  try {
    out.push(String(risky(line)));
  } catch (e) {
    // way out: name it, and ask what it is: e instanceof Error ? e.message : String(e)
    out.push(e instanceof Error ? e.message : String(e));
    // way out: use its name and message
    // way out: write { name: e.name, message: e.message }
    if (e instanceof Lost) out.push(JSON.stringify({ name: e.name, message: e.message }));
    // way out: compare with === and !==
    out.push(String(e === "ab"));
    // way out: ask what it is first, and write that
    if (typeof e === "string") out.push(JSON.stringify(e));
  }
  out.push(nameOf(JSON.parse(`{ "name": ${JSON.stringify(line)} }`)));
  return out;
}
