// A whole program: one lowered file per file of the user, one per instantiation of a generic declaration, and the records.
import ts from "typescript-compiler-api";
import { Captures } from "../captures.ts";
import { KeyOrders } from "../key_order.ts";
import { MissingElements } from "../missing_elements.ts";
import type { Program } from "../check.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { recordClass } from "../records.ts";
import { functionOfConst } from "../scopes.ts";
import { NO_SUBSTITUTION, TypeMapper } from "../type_mapper.ts";
import type { Substitution } from "../type_mapper.ts";
import { VOID, describe, keyOf, notPortable } from "../types.ts";
import type { Rep } from "../types.ts";
import { from, render } from "../writer.ts";
import type { Code, Rendered } from "../writer.ts";
import { complaint } from "../codes.ts";
import { classJson } from "./class_json.ts";
import { fieldsOf, methodText } from "./classes.ts";
import { recordJson, recordsIn } from "./json.ts";
import { keyOfAll, localName, typeText } from "./context.ts";
import type { Context, Instance, Job, Unit } from "./context.ts";
import { guarded } from "./statements.ts";
import { declaration, topLevel } from "./top_level.ts";
import { hasTry } from "./tries.ts";

export const K = ts.SyntaxKind;

/** Lowered text by path, and how each file goes back to the user's. */
export interface Lowered {
  readonly files: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<string, LoweredUnit>;
  readonly entry: string;
  /** Exports that the module needs besides those of every module. */
  readonly exports: ReadonlySet<string>;
  /** The program has a `try`. */
  readonly catches: boolean;
}

/** One lowered file; `path` is the user's file that it came from. */
export interface LoweredUnit {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly rendered: Rendered;
}

const RECORDS_PATH = "~lf/records.ts";

/** Lowers a checked program. What cannot be lowered is in the diagnostics. */
export function lowerProgram(program: Program, diagnostics: Diagnostics): Lowered {
  const lowering = new Lowering(program, diagnostics);
  return lowering.run();
}

class Lowering {
  readonly #program: Program;
  readonly #job: Job;
  readonly #files = new Map<ts.SourceFile, Unit>();
  readonly #instances = new Map<string, Unit>();
  readonly #queue: Unit[] = [];
  readonly #later: (() => void)[] = [];
  readonly #bodies: { unit: Unit; imports: string; body: Code }[] = [];
  readonly #methods = new Map<string, { name: string; substitution: Substitution }>();
  readonly #methodTexts = new Map<string, Code[]>();
  readonly #rendered = new Map<string, LoweredUnit>();
  readonly #substitutions = new Map<string, Substitution>();

  constructor(program: Program, diagnostics: Diagnostics) {
    this.#program = program;
    this.#job = {
      program,
      checker: program.checker,
      types: new TypeMapper(program),
      orders: new KeyOrders(),
      captures: new Captures(program.checker, program.files),
      missing: new MissingElements(program.checker, program.files),
      diagnostics,
      counter: { next: 1 },
      exports: new Set(),
      refusedTypes: new Set(),
      afterSuper: new Map(),
      unitOf: (declaration, args) => this.#unitOf(declaration, args),
      genericMethodsOf: (rep) => this.#genericMethodsOf(rep),
      genericMethod: (rep, declaration, args) => this.#genericMethod(rep, declaration, args),
      substitutionOf: (rep) => this.#substitutionOf(rep),
      classNotPortable: (ctx, rep) => this.#classNotPortable(ctx, rep),
      derivedFrom: (symbol) => this.#derivedFrom(symbol),
      isExtended: (symbol) => this.#isExtended(symbol),
      catches: program.files.some(hasTry),
      usesJson: program.files.some((f) => /\bJSON\b/.test(f.text)),
      jsonUses: [],
      patterns: new Map(),
      classJson: (rep) => this.#classJson(rep),
    };
  }

  run(): Lowered {
    for (const file of this.#program.files)
      this.#files.set(file, this.#unit(this.#program.pathOf(file), file, undefined));
    this.#declaredTypes();
    for (const [file, unit] of this.#files) this.#lowerFile(unit, file);
    this.#lowerInstances();
    this.#checkJson();
    for (const { unit, imports, body } of this.#bodies) this.#render(unit, imports, body);
    const records = this.#records();
    const files = new Map([...this.#rendered].map(([path, { rendered }]) => [path, rendered.text]));
    files.set(RECORDS_PATH, records);
    return { files, units: this.#rendered, entry: this.#program.pathOf(this.#program.entry), exports: this.#job.exports, catches: this.#job.catches };
  }

  /** Declared types come first: they give records their names and the order of their fields, unions before their members. */
  #declaredTypes(): void {
    const { checker, types } = this.#job;
    const declared: ts.Node[] = [];
    const visit = (node: ts.Node): void => {
      const isAlias =
        (ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) && node.typeParameters === undefined;
      if (isAlias || ts.isUnionTypeNode(node)) declared.push(node);
      ts.forEachChild(node, visit);
    };
    this.#program.files.forEach(visit);
    const isUnion = (node: ts.Node): boolean => checker.getTypeAtLocation(node).isUnion();
    for (const node of [...declared.filter(isUnion), ...declared])
      types.has(checker.getTypeAtLocation(node), NO_SUBSTITUTION);
  }

  #unit(path: string, source: ts.SourceFile, instance: Instance | undefined): Unit {
    return { path, source, imports: new Map(), head: new Map(), instance };
  }

  #context(unit: Unit): Context {
    return {
      job: this.#job,
      unit,
      fn: { node: undefined, result: VOID, temporaries: undefined, turns: [] },
      substitution: unit.instance?.substitution ?? NO_SUBSTITUTION,
    };
  }

  #unitOf(declaration: ts.Declaration, args: readonly Rep[]): Unit {
    const source = declaration.getSourceFile();
    const file = this.#files.get(source) as Unit;
    if (args.length === 0) return file;
    const symbol = (declaration as unknown as { symbol: ts.Symbol }).symbol;
    const key = `${this.#program.pathOf(source)}:${declaration.pos}:${keyOfAll(args)}`;
    const known = this.#instances.get(key);
    if (known !== undefined) return known;
    const path = this.#program.pathOf(source).replace(/\.ts$/, `~${this.#instances.size + 1}.ts`);
    const unit = this.#unit(path, source, { symbol, declaration, substitution: this.#substitution(declaration, args) });
    this.#instances.set(key, unit);
    this.#queue.push(unit);
    return unit;
  }

  #substitutionOf(rep: Rep & { kind: "class" }): Substitution {
    const declaration = rep.symbol.valueDeclaration ?? rep.symbol.declarations?.[0];
    return rep.args.length === 0 || declaration === undefined
      ? NO_SUBSTITUTION
      : this.#substitution(declaration, rep.args);
  }

  #genericMethodsOf(rep: Rep & { kind: "class" }): Code[] {
    const texts = this.#methodTexts.get(keyOf(rep)) ?? [];
    this.#methodTexts.set(keyOf(rep), texts);
    return texts;
  }

  #genericMethod(
    rep: Rep & { kind: "class" },
    declaration: ts.MethodDeclaration,
    args: readonly Rep[],
  ): { name: string; substitution: Substitution } {
    const key = `${keyOf(rep)}.${declaration.name.getText()}<${keyOfAll(args)}>`;
    const known = this.#methods.get(key);
    if (known !== undefined) return known;
    const substitution = new Map([...this.#substitutionOf(rep), ...this.#substitution(declaration, args)]);
    const made = { name: `${localName(declaration.name.getText())}$${this.#methods.size + 1}`, substitution };
    this.#methods.set(key, made);
    const holder = rep.symbol.valueDeclaration as ts.Declaration;
    const texts = this.#genericMethodsOf(rep);
    const ctx: Context = { ...this.#context(this.#unitOf(holder, rep.args)), substitution };
    this.#later.push(
      () =>
        void texts.push(guarded(ctx, declaration, () => from(declaration, methodText(ctx, declaration, made.name)))),
    );
    return made;
  }

  /** What the type parameters of a declaration stand for; the same object for the same arguments. */
  #substitution(declaration: ts.Declaration, args: readonly Rep[]): Substitution {
    const key = `${declaration.getSourceFile().fileName}:${declaration.pos}:${keyOfAll(args)}`;
    const known = this.#substitutions.get(key);
    if (known !== undefined) return known;
    const holder = ts.isVariableDeclaration(declaration) ? functionOfConst(declaration) : declaration;
    const parameters = (holder as { typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> }).typeParameters ?? [];
    const substitution = new Map(
      parameters.map((p, i) => [this.#job.checker.getSymbolAtLocation(p.name) as ts.Symbol, args[i] as Rep]),
    );
    this.#substitutions.set(key, substitution);
    return substitution;
  }

  #classNotPortable(ctx: Context, rep: Rep & { kind: "class" }): string | undefined {
    const declaration = rep.symbol.valueDeclaration;
    const name = rep.symbol.name;
    if (declaration === undefined) return `interface '${name}' is implemented by classes`;
    if (!ts.isClassDeclaration(declaration)) return `'${name}' is not a class of the job`;
    const isDerived = declaration.heritageClauses?.some((h) => h.token === K.ExtendsKeyword) ?? false;
    if (isDerived || this.#isExtended(rep.symbol)) return `class '${name}' has a base or a derived class`;
    if (this.#visiting.has(rep.symbol)) return `class '${name}' contains itself`;
    this.#visiting.add(rep.symbol);
    try {
      for (const field of fieldsOf(ctx, rep)) {
        const why = notPortable(field.rep, (r) => this.#classNotPortable(ctx, r));
        if (why !== undefined) return why;
      }
      return undefined;
    } finally {
      this.#visiting.delete(rep.symbol);
    }
  }

  #classJson(rep: Rep & { kind: "class" }): ReturnType<Job["classJson"]> {
    const known = this.#json.get(keyOf(rep));
    if (known !== undefined) return known;
    this.#json.set(keyOf(rep), { why: undefined, method: "" });
    const declaration = rep.symbol.valueDeclaration;
    const ctx = this.#context(declaration === undefined ? this.#unit("", this.#program.entry, undefined) : this.#unitOf(declaration, rep.args));
    const made = classJson(ctx, rep);
    this.#json.set(keyOf(rep), made);
    return made;
  }

  /** The JSON of an object has one order of fields. */
  #checkJson(): void {
    for (const { rep, node } of this.#job.jsonUses)
      for (const record of recordsIn(rep))
        if (!record.tuple && !this.#job.orders.isSettled(record))
          this.#job.diagnostics.add(
            node.getSourceFile(),
            node.getStart(),
            complaint("LF325", `the program makes '${describe({ kind: "record", record })}' with its fields in different orders, and its JSON has one in a job`, "write the fields in the same order everywhere"),
          );
  }

  readonly #json = new Map<string, ReturnType<Job["classJson"]>>();
  readonly #visiting = new Set<ts.Symbol>();
  #extended: Set<ts.Symbol> | undefined;

  #isExtended(symbol: ts.Symbol): boolean {
    if (this.#extended === undefined) {
      this.#extended = new Set();
      for (const file of this.#program.files) {
        for (const node of file.statements) {
          if (!ts.isClassDeclaration(node)) continue;
          for (const base of this.#job.checker.getTypeAtLocation(node).getBaseTypes() ?? [])
            this.#extended.add(base.symbol);
        }
      }
    }
    return this.#extended.has(symbol);
  }

  #derivedFrom(symbol: ts.Symbol): ts.Symbol[] {
    const isBelow = (type: ts.Type): boolean => (type.getBaseTypes() ?? []).some((base) => base.symbol === symbol || isBelow(base));
    return this.#program.files
      .flatMap((file) => file.statements.filter(ts.isClassDeclaration))
      .map((node) => this.#job.checker.getTypeAtLocation(node))
      .flatMap((type) => (isBelow(type) ? [type.symbol] : []));
  }

  #lowerFile(unit: Unit, file: ts.SourceFile): void {
    const ctx = this.#context(unit);
    const body = file.statements.map((node) => guarded(ctx, node, () => from(node, topLevel(ctx, node))));
    this.#bodies.push({ unit, imports: this.#sideEffects(ctx, file), body });
  }

  /** What is generic, until no new instantiation is asked for. */
  #lowerInstances(): void {
    while (this.#queue.length > 0 || this.#later.length > 0) {
      const unit = this.#queue.shift();
      if (unit !== undefined) this.#lowerInstance(unit);
      else this.#later.shift()?.();
    }
  }

  #lowerInstance(unit: Unit): void {
    const ctx = this.#context(unit);
    const node = unit.instance?.declaration as ts.Declaration;
    const body = guarded(ctx, node, () => from(node, declaration(ctx, node)));
    this.#bodies.push({ unit, imports: "", body });
  }

  /** Imported files run in the order of the imports. */
  #sideEffects(ctx: Context, file: ts.SourceFile): string {
    const imports: string[] = [];
    for (const node of file.statements) {
      if (!(ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) || node.moduleSpecifier === undefined)
        continue;
      if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier === K.TypeKeyword) continue;
      const target = this.#job.checker.getSymbolAtLocation(node.moduleSpecifier)?.valueDeclaration;
      const unit = target && ts.isSourceFile(target) ? this.#files.get(target) : undefined;
      if (unit !== undefined) imports.push(`import "${relativeImport(ctx.unit.path, unit.path)}"; `);
    }
    return imports.join("");
  }

  #render(unit: Unit, imports: string, body: Code): void {
    const rendered = render(unit.source, `${imports}${headOf(unit)}`, body);
    this.#rendered.set(unit.path, { path: this.#program.pathOf(unit.source), source: unit.source, rendered });
  }

  #records(): string {
    const unit = this.#unit(RECORDS_PATH, this.#program.entry, undefined);
    const ctx = this.#context(unit);
    const portable = (rep: Rep & { kind: "class" }): string | undefined => this.#classNotPortable(ctx, rep);
    const classes = this.#job.types.classes.all.map((r) =>
      recordClass(r, this.#job.orders.columnsOf(r), this.#job.usesJson ? recordJson(ctx, r, this.#job.orders.columnsOf(r), localName) : "", (rep) => typeText(ctx, rep).replaceAll("__r.", ""), localName, portable),
    );
    return `${headOf(unit).replace(/import \* as __r [^;]*;/, "")}\n${classes.join("")}`;
  }
}

/** The imports of a lowered file, its frames and its temporaries: all on line 1. */
function headOf(unit: Unit): string {
  const library =
    'import * as __lf from "~lf/index"; import * as __js from "~lf/js/index"; import * as __l from "~lf/lang"; import * as __r from "~lf/records"; ';
  const units = [...unit.imports].map(
    ([other, alias]) => `import * as ${alias} from "${relativeImport(unit.path, other.path)}"; `,
  );
  return `${library}${units.join("")}${[...unit.head.values()].join(" ")} `;
}

/** How one lowered file names another. Files of the library see the user's two folders up. */
function relativeImport(from: string, to: string): string {
  const target = to.replace(/\.ts$/, "");
  if (from === RECORDS_PATH) return `../../${target}`;
  const folders = from.split("/").slice(0, -1);
  const parts = target.split("/");
  let same = 0;
  while (same < folders.length && folders[same] === parts[same]) same++;
  const up = folders.slice(same).map(() => "..");
  return [...(up.length === 0 ? ["."] : up), ...parts.slice(same)].join("/");
}
