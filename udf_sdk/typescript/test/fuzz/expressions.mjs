// Random expressions of a wanted type, over the variables that are in scope. What they compute is defined for every value: no
// element that is not there, no division by 0n, no bigint of more than 64 bits.
import { pick } from "../random.mjs";
import { BIG, BOOL, MIXES, NUM, STR, anyType, arr, dict, isA, opt, same, shown, typeText } from "./types.mjs";

const NUMBERS = ["0", "1", "2", "-1", "0.5", "3", "7", "10", "255", "1e21", "1e-7", "4294967296", "0.1", "NaN", "Infinity", "-0"];
const TEXTS = ['""', '" "', '"a"', '"abc"', '"1.5"', '"é😀"', '"A b,C"', '","', '"0x1f"', '"  7 "', '"it\'s"', '"a\\n\\"b"'];

const PATTERNS = ["/a/", "/[a-c]+/i", "/\\s+$/", "/^\\W*(\\w)?/", "/(\\d)(\\.)?|b/", "/\\b|é/u", "/(?=.b)|,/", "/.+?$/ms", "/(?<k>[a-z])(?<v>\\d)?/i"];
const GLOBAL_PATTERNS = PATTERNS.map((p) => p.replace(/\w*$/, "g$&"));

/** Makes expressions; one per function body, since it knows what is in scope. */
export class Expressions {
  /** @param scope variables: { name, type, fresh?: nobody else knows the object, isConst } */
  constructor(next, program, scope) {
    this.next = next;
    this.program = program;
    this.scope = scope;
  }

  pick(list) {
    return pick(this.next, list);
  }

  chance(p) {
    return this.next() < p;
  }

  /** A variable of exactly that type, or nothing. */
  variable(t) {
    const fits = this.scope.filter((v) => same(v.type, t));
    return fits.length ? this.pick(fits).name : undefined;
  }

  /** An expression of the type. */
  of(t, depth) {
    const leaf = depth <= 0 || this.chance(0.2);
    if (this.chance(leaf ? 0.75 : 0.3)) {
      const name = this.variable(t);
      if (name !== undefined) return name;
    }
    if (leaf) return this.literal(t);
    const d = depth - 1;
    if (this.chance(0.15)) return `(${this.of(BOOL, d)} ? ${this.of(t, d)} : ${this.of(t, d)})`;
    const common = this.common(t, d);
    const own = this.forms(t, d);
    return this.pick(common.length && this.chance(0.45) ? common : own)();
  }

  /** A value that is written out. */
  literal(t) {
    switch (t.k) {
      case "num": return `same<number>(${this.pick(NUMBERS)})`;
      case "str": return `same<string>(${this.pick(TEXTS)})`;
      case "bool": return `same<boolean>(${this.pick(["true", "false"])})`;
      case "big": return `same<bigint>(${this.pick(["0n", "1n", "-7n", "12n"])})`;
      case "arr": return this.typed(t.of.k === "fn" || this.chance(0.25) ? "[]" : `[${[1, 2, 3].slice(0, 1 + Math.floor(this.next() * 3)).map(() => this.literal(t.of)).join(", ")}]`, t);
      case "opt": return this.chance(0.5) ? `same<${typeText(t)}>(${t.absent})` : `same<${typeText(t)}>(${this.literal(t.of)})`;
      case "map": return `new Map<${typeText(t.key)}, ${typeText(t.of)}>()`;
      case "set": return `new Set<${typeText(t.of)}>()`;
      case "dict": return this.typed("{}", t);
      case "mix": return `same<${typeText(t)}>(${this.literal(this.pick(t.of))})`;
      case "tup": return this.typed(`[${t.items.map((i) => this.literal(i)).join(", ")}]`, t);
      case "obj": return this.object(t, 0);
      case "cls": return this.made(t, 0);
      case "fn": return `(${t.args.map((a, i) => `q${i}: ${typeText(a)}`).join(", ")}): ${typeText(t.result)} => ${this.literal(t.result)}`;
    }
  }

  typed(text, t) {
    return `(${text} as ${typeText(t)})`;
  }

  object(t, depth) {
    const fields = [...this.program.objects.get(t.name)].filter(([, f]) => f.type.k !== "opt" || f.type.absent !== "undefined" || this.chance(0.6));
    if (this.chance(0.3)) fields.reverse();
    const written = `{ ${fields.map(([name, f]) => `${name}: ${this.of(f.type, depth)}`).join(", ")} }`;
    const other = this.chance(0.2) ? this.variable(t) : undefined;
    return `(${other ? written.replace("{", `{ ...${other},`) : written} as ${t.name})`;
  }

  made(t, depth) {
    const names = [...this.program.classes].filter(([, c]) => c.name === t.name || c.bases.includes(t.name)).map(([name]) => name);
    const name = this.pick(names);
    const { parameters } = this.program.classes.get(name);
    return `new ${name}(${parameters.map((p) => this.of(p, depth)).join(", ")})`;
  }

  /** Forms that give any type: elements, fields, calls, lookups. */
  common(t, d) {
    const forms = [];
    const absent = this.scope.filter((v) => v.type.k === "opt" && same(v.type.of, t));
    if (absent.length) forms.push(() => `(${this.pick(absent).name} ?? ${this.of(t, d)})`);
    if (t.k !== "opt" && t.k !== "fn") {
      forms.push(() => `(${this.of(arr(t), d)}[${this.index()}] ?? ${this.of(t, d)})`);
      forms.push(() => `(${this.of(arr(t), d)}.at(${this.of(NUM, d)}) ?? ${this.of(t, d)})`);
      forms.push(() => `(${this.of({ k: "map", key: STR, of: t }, d)}.get(${this.of(STR, d)}) ?? ${this.of(t, d)})`);
      forms.push(() => `(${this.of(dict(t), d)}[${this.of(STR, d)}] ?? ${this.of(t, d)})`);
      forms.push(() => `(${this.of(arr(t), d)}.find((e) => ${this.inner([["e", t]]).of(BOOL, d)}) ?? ${this.of(t, d)})`);
      forms.push(() => `${this.of(arr(t), d)}.reduce((p, e) => ${this.inner([["p", t], ["e", t]]).of(t, d)}, ${this.of(t, d)})`);
    }
    for (const v of this.scope) {
      if (v.type.k === "obj" || v.type.k === "cls") {
        for (const [name, f] of this.members(v.type)) if (same(f.type, t)) forms.push(() => `${v.name}.${name}`);
      }
      if (v.type.k === "cls") for (const m of this.methods(v.type)) if (same(m.result, t)) forms.push(() => `${v.name}.${m.name}(${m.args.map((a) => this.of(a, d)).join(", ")})`);
      if (v.type.k === "opt" && v.type.of.k === "obj") {
        for (const [name, f] of this.members(v.type.of)) if (same(opt(f.type), t) && v.type.absent === "undefined") forms.push(() => `${v.name}?.${name}`);
      }
      if (v.type.k === "tup") v.type.items.forEach((item, i) => same(item, t) && forms.push(() => `${v.name}[${i}]`));
      if (v.type.k === "fn" && same(v.type.result, t)) forms.push(() => `${v.name}(${v.type.args.map((a) => this.of(a, d)).join(", ")})`);
    }
    for (const v of this.scope) if (v.type.k === "mix" && !v.name.startsWith("this.") && v.type.of.some((m) => same(m, t))) forms.push(() => `(${isA(t, v.name)} ? ${v.name} : ${this.of(t, d)})`);
    if (this.program.risks && t.k !== "fn") forms.push(() => `risky<${typeText(t)}>(${this.of(t, d)}, ${this.of(NUM, d)})`);
    for (const f of this.program.functions) if ((this.program.risks || !f.risks) && same(f.result, t)) forms.push(() => this.called(f, d));
    if (t.k !== "fn") {
      forms.push(() => `firstOf<${typeText(t)}>(${this.of(arr(t), d)}, ${this.of(t, d)}${this.chance(0.5) ? `, (e) => ${this.inner([["e", t]]).of(BOOL, d)}` : ""})`);
      forms.push(() => `new Box<${typeText(t)}>(${this.of(t, d)}).${this.pick(["v", `or(${this.of(t, d)}, ${this.of(BOOL, d)})`])}`);
      const from = this.plain();
      forms.push(() => `new Box<${typeText(from)}>(${this.of(from, d)}).map((e): ${typeText(t)} => ${this.inner([["e", from]]).of(t, d)}).v`);
    }
    for (const [name, c] of this.program.classes) if (t.k === "cls" && t.name === name) forms.push(() => `${name}.of${name.slice(1)}(${this.of(c.parameters[0], d)})`);
    for (const [name, c] of this.program.classes) for (const s of c.statics) if (same(s.type, t)) forms.push(() => `${name}.${s.name}`);
    return forms;
  }

  /** A call of a function, with or without what may be left out. */
  called(f, d) {
    const args = f.args.map((a) => this.of(a, d));
    for (const { type, isRest } of f.more) {
      if (isRest && this.chance(0.3)) args.push(`...${this.of(arr(type), d)}`);
      else if (this.chance(0.6)) args.push(this.of(type, d));
    }
    return `${f.name}(${args.join(", ")})`;
  }

  members(t) {
    return t.k === "obj" ? [...this.program.objects.get(t.name)] : [...this.program.classes.get(t.name).fields];
  }

  methods(t) {
    return this.program.classes.get(t.name).methods;
  }

  index() {
    return this.pick(["0", "1", "2", "9"]);
  }

  /** The same with more variables, inside a function written in place. */
  inner(variables) {
    const more = variables.map(([name, type]) => ({ name, type }));
    const hidden = new Set(more.map((v) => v.name));
    return new Expressions(this.next, this.program, [...this.scope.filter((v) => !hidden.has(v.name)), ...more]);
  }

  forms(t, d) {
    const of = (type) => this.of(type, d);
    const [n, s, b] = [() => of(NUM), () => of(STR), () => of(BOOL)];
    const list = (type) => of(arr(type));
    switch (t.k) {
      case "num": return [
        ...["+", "-", "*", "/", "%", "|", "&", "^", "<<", ">>", ">>>"].map((op) => () => `(${n()} ${op} +(${n()}))`),
        () => `(-(${n()}))`,
        () => `Math.${this.pick(["floor", "ceil", "round", "trunc", "abs", "sign", "sqrt"])}(${n()})`,
        () => `Math.max(${n()}, ${n()})`,
        () => `${s()}.length`,
        () => `${list(this.plain())}.length`,
        () => `${s()}.indexOf(${s()})`,
        () => `${s()}.search(${this.pick(PATTERNS)})`,
        () => `[...${s()}.matchAll(${this.pick(GLOBAL_PATTERNS)})].reduce((p, e) => p + e.index + e[0].length, 0)`,
        () => `Number(${of(this.pick([MIXES[0], MIXES[1], STR, BOOL, BIG, opt(NUM), opt(STR, "null"), opt(BOOL)]))})`,
        () => `parseInt(${s()}, 10)`,
        () => `parseFloat(${s()})`,
        () => `${list(NUM)}.indexOf(${n()})`,
        () => `Object.values(${of(dict(NUM))}).reduce((p, e) => p + e, 0)`,
        () => `${of({ k: "map", key: STR, of: NUM })}.size`,
        () => `[...${list(NUM)}].sort((p, q) => ${this.pick(["p - q", "q - p", "p > q ? 1 : 0", "p < q ? -1 : 1"])})[0] ?? 0`.replace(/^.*$/, "($&)"),
      ];
      case "str": return [
        () => `(${s()} + ${of(this.pick([STR, NUM, BOOL, BIG]))})`,
        () => `\`\${${of(this.pick([STR, NUM, BOOL]))}}-\${${of(this.pick([NUM, BIG, opt(NUM), opt(STR, "null")]))}}\``,
        () => `String(${of(this.pick([MIXES[0], MIXES[1], NUM, BOOL, BIG, opt(NUM), opt(BOOL, "null"), arr(NUM)]))})`,
        () => `${n()}.toFixed(${this.pick(["0", "2"])})`.replace(/^(.*)\.toFixed/, "($1).toFixed"),
        () => `${s()}.slice(${n()}, ${n()})`,
        () => `${s()}.charAt(${n()})`,
        () => `${s()}.${this.pick(["toUpperCase", "toLowerCase", "trim"])}()`,
        () => `${s()}.replace(${s()}, ${s()})`,
        () => `${s()}.replace(${this.pick([...PATTERNS, ...GLOBAL_PATTERNS])}, ${this.pick(['"<$&>"', '"$1$2"', '"$<k>"', s()])})`,
        () => `${s()}.replaceAll(${this.pick(GLOBAL_PATTERNS)}, (e) => ${this.inner([["e", STR]]).of(STR, d)})`,
        () => `(${s()}.match(${this.pick(PATTERNS)})?.[${this.index()}] ?? ${s()})`,
        () => `(/(?<k>b)|(?<v>c)/.exec(${s()})?.groups?.${this.pick(["k", "v"])} ?? ${s()})`,
        () => `${list(STR)}.join(${s()})`,
        () => `${list(NUM)}.join()`,
        () => `(${s()} || ${s()})`,
        () => `[...${of({ k: "map", key: STR, of: NUM })}.keys()].join("/")`,
        () => `JSON.stringify(${of(this.pick([MIXES[0], arr(MIXES[1]), NUM, STR, BOOL, arr(STR), arr(opt(NUM, "null")), arr(BOOL), opt(STR, "null"), dict(NUM), dict(arr(STR))]))})`,
        () => this.text(d),
      ];
      case "bool": return [
        ...["<", ">", "<=", ">=", "===", "!=="].map((op) => () => `(${n()} ${op} +(${n()}))`),
        ...["<", "===", "!=="].map((op) => () => `(${s()} ${op} "" + ${s()})`),
        () => `(${b()} ${this.pick(["&&", "||"])} ${b()})`,
        () => `(${of(MIXES[1])} ${this.pick(["===", "!=="])} ${of(MIXES[1])})`,
        () => `(${of(arr(MIXES[0]))}.includes(${of(MIXES[0])}) || new Set<${typeText(MIXES[1])}>(${of(arr(MIXES[1]))}).has(${of(MIXES[1])}))`,
        () => `!${of(this.pick([MIXES[0], MIXES[2], BOOL, NUM, STR, opt(NUM), opt(STR)]))}`,
        () => `Boolean(${of(this.pick([NUM, STR, BIG, opt(BOOL), opt(NUM, "null")]))})`,
        () => `(${of(BIG)} ${this.pick(["<", "===", ">="])} -${of(BIG)})`,
        () => this.absence(d),
        () => `${s()}.${this.pick(["includes", "startsWith", "endsWith"])}(${s()})`,
        () => `${list(NUM)}.includes(${n()})`,
        () => `${this.pick([...PATTERNS, ...GLOBAL_PATTERNS])}.test(${s()})`,
        () => `${list(STR)}.${this.pick(["some", "every"])}((e) => ${this.inner([["e", STR]]).of(BOOL, d)})`,
        () => `${of({ k: "set", of: STR })}.has(${s()})`,
        () => `(${s()} ${this.chance(0.5) ? "in" : "+ \"\" in"} ${of(dict(this.plain()))})`,
        () => `Number.isInteger(${n()})`,
      ];
      case "big": return [
        ...["+", "-", "*"].map((op) => () => `((${of(BIG)} ${op} ${of(BIG)}) % 1000003n)`),
        () => `BigInt(${list(this.plain())}.length)`,
        () => `(${of(BIG)} / 3n)`,
        () => `(-(${of(BIG)}))`,
      ];
      case "arr": return [
        () => `[${[0, 1, 2].filter(() => this.chance(0.7)).map(() => of(t.of)).join(", ")}]`.replace(/^\[\]$/, `(${`[] as ${typeText(t)}`})`),
        () => `[...${of(t)}, ${of(t.of)}]`,
        () => `${of(t)}.filter((e) => ${this.inner([["e", t.of]]).of(BOOL, d)})`,
        () => `${of(t)}.slice(${this.pick(["1", "0, 2", "-1"])})`,
        () => `${of(t)}.concat(${of(t)})`,
        () => this.mapped(t, d),
        () => { const from = this.plain(); return `mapAll<${typeText(from)}, ${typeText(t.of)}>(${list(from)}, (e, i) => ${this.inner([["e", from], ["i", NUM]]).of(t.of, d)})`; },
        () => `[...${of(t)}].reverse()`,
        ...(t.of.k === "str" ? [() => `Object.keys(${of(dict(this.plain()))})`, () => `${s()}.split(${this.pick(['" "', '""', '","'])})`, () => `${s()}.split(${this.pick(["/a/", "/[a-c]+/i", "/\\s*/", "/([,b])/", "/(?=.b)|,/"])})`, () => `[...(${s()}.match(${this.pick(GLOBAL_PATTERNS)}) ?? ["none"])]`, () => `[...${of({ k: "set", of: STR })}]`, () => `(JSON.parse(JSON.stringify(${of(t)})) as string[])`] : []),
        ...(t.of.k === "num" ? [() => `[...${of({ k: "map", key: STR, of: NUM })}.values()]`, () => `${list(STR)}.map(Number)`] : []),
        ...(t.of.k === "arr" ? [] : [() => `${list(t)}.flat()`]),
      ];
      case "opt": return [
        () => of(t.of),
        ...(t.absent === "undefined" && t.of.k !== "fn"
          ? [
              () => `${list(t.of)}.at(${n()})`,
              () => `${of({ k: "map", key: STR, of: t.of })}.get(${s()})`,
              () => `${list(t.of)}.find((e) => ${this.inner([["e", t.of]]).of(BOOL, d)})`,
            ]
          : []),
      ];
      case "map": return [() => `new Map<${typeText(t.key)}, ${typeText(t.of)}>([[${of(t.key)}, ${of(t.of)}], [${of(t.key)}, ${of(t.of)}]])`];
      case "set": return [() => `new Set<${typeText(t.of)}>(${list(t.of)})`];
      case "dict": return [
        () => this.typed(`{ ${this.pick(["b", '"2"', "10", '"x y"'])}: ${of(t.of)}, [${s()}]: ${of(t.of)} }`, t),
        () => this.typed(`{ ...${of(t)}, [${s()}]: ${of(t.of)}, ...${of(t)} }`, t),
        () => `(Object.fromEntries([[${s()}, ${of(t.of)}], ["a", ${of(t.of)}]] as [string, ${typeText(t.of)}][]) as ${typeText(t)})`,
      ];
      case "mix": return [() => `same<${typeText(t)}>(${of(this.pick(t.of))})`, () => `(${of(arr(t))}[0] ?? ${of(t)})`];
      case "tup": return [() => `([${t.items.map(of).join(", ")}] as ${typeText(t)})`];
      case "obj": return [() => this.object(t, d)];
      case "cls": return [() => this.made(t, d)];
      case "fn": {
        const names = t.args.map((a, i) => [`q${this.program.fresh()}`, a]);
        return [() => `((${names.map(([name, a]) => `${name}: ${typeText(a)}`).join(", ")}): ${typeText(t.result)} => ${this.inner(names).of(t.result, d)})`];
      }
    }
  }

  plain() {
    return this.pick([NUM, STR, BOOL]);
  }

  mapped(t, d) {
    const from = this.plain();
    const withIndex = this.chance(0.3);
    const scope = this.inner(withIndex ? [["e", from], ["i", NUM]] : [["e", from]]);
    return `${this.of(arr(from), d)}.map((e${withIndex ? ", i" : ""}): ${typeText(t.of)} => ${scope.of(t.of, d)})`;
  }

  /** Some variable, shown. */
  text(d) {
    if (!this.scope.length) return this.literal(STR);
    const v = this.pick(this.scope);
    return `(${shown(v.type, v.name, this.program)})`;
  }

  absence(d) {
    const fits = this.scope.filter((v) => v.type.k === "opt");
    if (!fits.length) return this.literal(BOOL);
    const v = this.pick(fits);
    return `(${v.name} ${this.pick(["===", "!==", "==", "!="])} ${v.type.absent})`;
  }

  /** A type that a function may take or give. */
  type(depth) {
    return anyType(this.next, this.program, depth);
  }
}
