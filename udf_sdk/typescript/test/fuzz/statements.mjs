// Random bodies of functions: variables, loops, branches, closures, changes of what the function itself has made.
import { pick } from "../random.mjs";
import { Expressions } from "./expressions.mjs";
import { BIG, BOOL, NUM, STR, arr, dict, map, same, shown, typeText } from "./types.mjs";

const indent = (lines) => lines.flatMap((l) => l.split("\n")).map((l) => `  ${l}`);

/** Makes the statements of one body. */
export class Statements {
  constructor(next, program, scope, depth = 0) {
    this.next = next;
    this.program = program;
    this.scope = [...scope];
    this.depth = depth;
  }

  pick(list) {
    return pick(this.next, list);
  }

  chance(p) {
    return this.next() < p;
  }

  get expressions() {
    return new Expressions(this.next, this.program, this.scope);
  }

  of(t, depth = 2) {
    return this.expressions.of(t, depth);
  }

  /** A body that returns a value of the type. */
  body(result, count) {
    this.result = result;
    return [...this.some(count), `return ${this.of(result, 3)};`];
  }

  some(count) {
    const out = [];
    for (let i = 0; i < count; i++) out.push(...this.one());
    return out;
  }

  one() {
    const simple = [() => this.constant(), () => this.constant(), () => this.variable(), () => this.fresh(), () => this.change(), () => this.change(), () => this.pattern()];
    const nested = [() => this.branch(), () => this.counted(), () => this.forOf(), () => this.overMap(), () => this.overKeys(), () => this.choice(), () => this.closure(), () => this.tried(), () => this.tried(), () => this.counter(), () => this.localFunction(), () => this.until(), () => this.labelled()];
    return this.pick(this.depth < 2 && this.chance(0.45) ? nested : simple)();
  }

  named(type, more = {}) {
    const v = { name: `v${this.program.fresh()}`, type, ...more };
    this.scope.push(v);
    return v.name;
  }

  constant() {
    const type = this.expressions.type(2);
    const value = this.of(type, 3);
    return [`const ${this.named(type)} = ${value} as ${typeText(type)};`];
  }

  variable() {
    const type = this.pick([NUM, STR, BOOL, BIG, arr(NUM)]);
    const value = this.of(type);
    return [`let ${this.named(type, { isVariable: true })}: ${typeText(type)} = ${value};`];
  }

  /** An object that only this function knows. */
  fresh() {
    const made = [...this.program.classes.keys()];
    const type = this.pick([arr(this.expressions.type(1)), map(STR, NUM), map(NUM, STR), dict(NUM), dict(arr(STR)), ...[...this.program.objects.keys()].map((name) => ({ k: "obj", name })), ...made.map((name) => ({ k: "cls", name }))]);
    const expressions = this.expressions;
    const value = type.k === "obj" ? expressions.object(type, 1) : type.k === "cls" ? `new ${type.name}(${this.program.classes.get(type.name).parameters.map((p) => this.of(p, 1)).join(", ")})` : type.k === "map" ? `new ${typeText(type)}()` : type.k === "dict" ? `{} as ${typeText(type)}` : `[${[1, 2].map(() => this.of(type.of, 1)).join(", ")}] as ${typeText(type)}`;
    return [`const ${this.named(type, { isFresh: true })} = ${value};`];
  }

  /** A change of a variable or of a fresh object. */
  change() {
    const able = this.scope.filter((v) => v.isVariable || v.isFresh);
    if (!able.length) return this.variable();
    const { name, type, isVariable } = this.pick(able);
    if (isVariable) {
      const plus = type.k === "num" || type.k === "str" ? [`${name} += ${this.of(type)};`] : [];
      const step = type.k === "num" ? [`${name}++;`, `${name} -= ${this.of(NUM)};`] : [];
      return [this.pick([`${name} = ${this.of(type)};`, ...plus, ...step])];
    }
    if (type.k === "arr") return [this.pick([() => `${name}.push(${this.of(type.of)});`, () => `${name}.unshift(${this.of(type.of)});`, () => `${name}.pop();`, () => `${name}.reverse();`, () => `${name}[0] = ${this.of(type.of)};`, () => `${name}.splice(0, 1);`])()].map((l) => (l.startsWith(`${name}[0]`) ? `if (${name}.length > 0) ${l}` : l));
    if (type.k === "map") return [this.pick([`${name}.set(${this.of(type.key)}, ${this.of(type.of)});`, `${name}.delete(${this.of(type.key)});`])];
    if (type.k === "dict") return [this.pick([`${name}[${this.of(STR, 1)}] = ${this.of(type.of)};`, `delete ${name}[${this.of(STR, 1)}];`, `${name}.b ??= ${this.of(type.of)};`])];
    if (type.k === "cls") {
      const { changes } = this.program.classes.get(type.name);
      const m = this.pick(changes);
      if (m.isSetter) return [`${name}.${m.name} = ${this.of(m.args[0], 1)};`];
      return [`${name}.${m.name}(${m.args.map((a) => this.of(a, 1)).join(", ")});`];
    }
    const [field, f] = this.pick([...this.program.objects.get(type.name)]);
    return [`${name}.${field} = ${this.of(f.type)};`];
  }

  pattern() {
    const objects = this.scope.filter((v) => v.type.k === "obj");
    if (objects.length && this.chance(0.5)) {
      const v = this.pick(objects);
      const fields = [...this.program.objects.get(v.type.name)].filter(() => this.chance(0.6));
      if (!fields.length) return [];
      return [`const { ${fields.map(([name, f]) => `${name}: ${this.named(f.type)}`).join(", ")} } = ${v.name};`];
    }
    const type = this.pick([NUM, STR]);
    const [list, first, second] = [this.of(arr(type)), this.of(type, 1), this.of(type, 1)];
    return [`const [${this.named(type)} = ${first}, ${this.named(type)} = ${second}] = ${list};`];
  }

  /** Statements in a block of their own. */
  block(count, variables = [], { isLoop = this.isLoop, program = this.program } = {}) {
    const inner = new Statements(this.next, program, [...this.scope, ...variables], this.depth + 1);
    Object.assign(inner, { result: this.result, isLoop });
    return indent(inner.some(count));
  }

  /** What may throw, who catches it, and the ways out of it. */
  tried() {
    const [e, text] = [`e${this.program.fresh()}`, this.named(STR, { isVariable: true })];
    const program = { ...this.program, risks: true };
    const risky = new Statements(this.next, program, this.scope, this.depth);
    const way = () => (this.isLoop && this.chance(0.4) ? this.pick(["break", "continue"]) : this.result && this.chance(0.7) ? `return ${risky.of(this.result)}` : `throw ${this.pick(['new Fault("here", 1)', '"text"', "7", 'new TypeError("t")'])}`);
    const leave = this.chance(0.6) ? [`  if (${risky.of(BOOL, 1)}) ${way()};`] : [];
    const lines = [`let ${text} = "";`, "try {", ...this.block(2, [], { program }), ...leave, ...this.block(1, [], { program })];
    const hasFinally = this.chance(0.4);
    const again = this.program.risks && this.chance(0.2) ? [`  throw ${this.pick([e, `new Error("again", { cause: ${e} })`])};`] : [];
    if (!hasFinally || this.chance(0.7) || !this.program.risks) lines.push(`} catch (${e}) {`, `  ${text} += said(${e});`, ...this.block(1), ...again);
    if (hasFinally) lines.push("} finally {", `  ${text} += "f";`, ...this.block(1));
    return [...lines, "}"];
  }

  branch() {
    const otherwise = this.chance(0.5) ? ["} else {", ...this.block(1)] : [];
    return [`if (${this.of(BOOL)}) {`, ...this.block(2), ...otherwise, "}"];
  }

  counted() {
    const i = `i${this.program.fresh()}`;
    const leave = this.chance(0.3) ? [`  if (${this.of(BOOL, 1)}) ${this.pick(["break", "continue"])};`] : [];
    return [`for (let ${i} = 0; ${i} < ${this.pick(["2", "3", "4"])}; ${i}++) {`, ...leave, ...this.block(2, [{ name: i, type: NUM }], { isLoop: true }), "}"];
  }

  forOf() {
    const type = this.pick([NUM, STR, this.expressions.type(1)]);
    const e = `e${this.program.fresh()}`;
    const leave = this.chance(0.3) ? [`  if (${this.of(BOOL, 1)}) ${this.pick(["break", "continue"])};`] : [];
    return [`for (const ${e} of ${this.of(arr(type))}.slice(0, 4)) {`, ...leave, ...this.block(2, [{ name: e, type }], { isLoop: true }), "}"];
  }

  /** Two loops, left from the inner one. */
  labelled() {
    const [l, i, j] = [`l${this.program.fresh()}`, `i${this.program.fresh()}`, `j${this.program.fresh()}`];
    const variables = [{ name: i, type: NUM }, { name: j, type: NUM }];
    const inner = new Statements(this.next, this.program, [...this.scope, ...variables], 2);
    return [`${l}: for (let ${i} = 0; ${i} < 3; ${i}++) {`, `  for (const ${j} of [1, 2, 3]) {`, `    if (${inner.of(BOOL, 1)}) ${this.pick(["break", "continue"])} ${l};`, ...indent(indent(inner.some(2))), "  }", "}"];
  }

  overMap() {
    const [k, v] = [`k${this.program.fresh()}`, `w${this.program.fresh()}`];
    const variables = [{ name: k, type: STR }, { name: v, type: NUM }];
    return [`for (const [${k}, ${v}] of ${this.of(map(STR, NUM))}) {`, ...this.block(2, variables, { isLoop: true }), "}"];
  }

  overKeys() {
    const k = `k${this.program.fresh()}`;
    const kept = `o${this.program.fresh()}`;
    return [`const ${kept} = ${this.of(dict(NUM))};`, `for (const ${k} in ${kept}) {`, ...this.block(2, [{ name: k, type: STR }], { isLoop: true }), "}"];
  }

  until() {
    const n = `n${this.program.fresh()}`;
    const test = this.pick([`while (${n}++ < 3) {`, "do {"]);
    return [`let ${n} = 0;`, test, ...this.block(2, [{ name: n, type: NUM }]), test === "do {" ? `} while (++${n} < 2);` : "}"];
  }

  choice() {
    const type = this.pick([STR, NUM]);
    const cases = type === STR ? ['"a"', '"abc"', '""'] : ["0", "1", "3"];
    const lines = cases.flatMap((c) => [`  case ${c}: {`, ...indent(this.block(1)), ...(this.chance(0.7) ? ["    break;"] : []), "  }"]);
    return [`switch (same<${typeText(type)}>(${this.of(type)})) {`, ...lines, "  default: {", ...indent(this.block(1)), "  }", "}"];
  }

  /** A function in a variable; it reads what is around it. */
  closure() {
    const args = Array.from({ length: 1 + Math.floor(this.next() * 2) }, () => this.pick([NUM, STR, BOOL]));
    const result = this.pick([NUM, STR, BOOL, arr(STR)]);
    const named = args.map((type) => ({ name: `a${this.program.fresh()}`, type }));
    const inner = new Statements(this.next, this.program, [...this.scope, ...named], 2);
    const body = indent(inner.body(result, 1));
    const head = `const ${this.named({ k: "fn", args, result })} = (${named.map((a) => `${a.name}: ${typeText(a.type)}`).join(", ")}): ${typeText(result)} => {`;
    return [head, ...body, "};"];
  }

  /** Closures that count in a variable around them, one variable for each. */
  counter() {
    const [name, step, from] = [`f${this.program.fresh()}`, this.pick(["1", "2", "0.5"]), this.of(NUM, 1)];
    this.scope.push({ name, type: { k: "fn", args: [NUM], result: NUM } });
    return [`const ${name} = ((from: number) => { let n = from; return (by: number): number => { n += by + ${step}; return n; }; })(${from});`];
  }

  localFunction() {
    const name = `g${this.program.fresh()}`;
    const inside = new Expressions(this.next, this.program, this.scope.filter((v) => !v.name.startsWith("this.")));
    const body = [`  if (n <= 0) return ${inside.of(NUM, 1)};`, `  return ${name}(n - 1) ${this.pick(["+", "-"])} (${inside.of(NUM, 1)});`];
    const line = `const ${this.named(NUM)} = ${name}(${this.pick(["0", "2", "3"])});`;
    return [`function ${name}(n: number): number {`, ...body, "}", line];
  }

  /** The text of all that the function knows. */
  all() {
    return this.scope.slice(-12).map((v) => shown(v.type, v.name, this.program)).join(' + ";" + ') || '""';
  }

  hasType(t) {
    return this.scope.some((v) => same(v.type, t));
  }
}
