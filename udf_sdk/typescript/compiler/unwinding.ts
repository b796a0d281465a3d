// Exceptions by checked returns: what `throw` and `try` of a program mean in a module without WebAssembly's exceptions.
//
// Lowered code says where a try block is (`if (protect(n)) {...} else {...}`), where a jump leaves it for its finally (`leave(n)`),
// and what is thrown (`raise`, which only notes the value). Here, between asc and the optimiser, each call that may throw gets a
// test behind it: go to the catch, or return to the caller, which tests in its turn. Functions that no try block can reach are
// left as they are; where one of them calls a function that throws, the record ends. Programs without `try` never come here.
import type Module from "binaryen";
import { binaryen, childrenOf, kindOf, mapChildren, read } from "./wasm_tree.ts";
import type { Expression, Type } from "./wasm_tree.ts";

type WasmModule = InstanceType<typeof Module.Module>;
type FunctionRef = number;

const LIBRARY = "~lib/~lf/js/errors/";
const RAISE = `${LIBRARY}raise`;
const PROTECT = `${LIBRARY}protect`;
const LEAVE = `${LIBRARY}leave`;
const UNCAUGHT = `${LIBRARY}uncaught`;
const PENDING = `${LIBRARY}isPending`;

/** Whom a function calls: by name, and through the table by signature. */
interface Calls {
  readonly named: Set<string>;
  readonly signatures: Set<string>;
}

interface Facts {
  readonly ref: FunctionRef;
  /** Calls inside of its try blocks, and all others. */
  readonly inside: Calls;
  readonly outside: Calls;
}

/** Where a thrown value goes from a place: to a catch of the function, to the caller, or nowhere. */
type Way = { readonly to: "catch"; readonly label: string } | { readonly to: "caller" | "nobody" };

/** Rewrites a module that asc has just made. */
export function unwind(module: WasmModule): void {
  new Unwinding(module).run();
}

class Unwinding {
  readonly #module: WasmModule;
  readonly #facts = new Map<string, Facts>();
  /** Functions by the signature by which the table may be asked for them. */
  readonly #bySignature = new Map<string, string[]>();
  #throwing = new Set<string>();

  constructor(module: WasmModule) {
    this.#module = module;
  }

  run(): void {
    this.#lookAtTable();
    for (let i = 0, n = this.#module.getNumFunctions(); i < n; i++) this.#look(this.#module.getFunctionByIndex(i));
    const reached = this.#reachedByTries();
    this.#throwing = this.#throwingAmong(reached);
    for (const [name, { ref, inside, outside }] of this.#facts) {
      if (![inside, outside].some((calls) => this.#mayThrow(calls) || calls.named.has(PROTECT))) continue;
      const rewritten = new FunctionRewriting(this.#module, ref, (call) => this.#callMayThrow(call));
      rewritten.run({ to: reached.has(name) ? "caller" : "nobody" });
    }
  }

  #lookAtTable(): void {
    for (let i = 0, n = this.#module.getNumElementSegments(); i < n; i++) {
      const segment = (binaryen["getElementSegmentInfo"] as (s: number) => { data: string[] })(this.#module.getElementSegmentByIndex(i));
      for (const name of segment.data) {
        const ref = this.#module.getFunction(name);
        const signature = signatureOf(functionFact(ref, "Params"), functionFact(ref, "Results"));
        this.#bySignature.set(signature, [...(this.#bySignature.get(signature) ?? []), name]);
      }
    }
  }

  #look(ref: FunctionRef): void {
    const body = functionFact<Expression>(ref, "Body");
    if (body === 0) return;
    const facts: Facts = { ref, inside: { named: new Set(), signatures: new Set() }, outside: { named: new Set(), signatures: new Set() } };
    const visit = (expression: Expression, calls: Calls): void => {
      const kind = kindOf(expression);
      if (kind === "Call") calls.named.add(read(expression, "Target"));
      if (kind === "CallIndirect") calls.signatures.add(signatureOf(read(expression, "Params"), read(expression, "Results")));
      const isTry = kind === "If" && numberOfTry(expression) !== undefined;
      childrenOf(expression).forEach((child, i) => visit(child, isTry && i === 1 ? facts.inside : calls));
    };
    visit(body, facts.outside);
    this.#facts.set(functionFact(ref, "Name"), facts);
  }

  #callees(...all: Calls[]): string[] {
    return all.flatMap((calls) => [...calls.named, ...[...calls.signatures].flatMap((s) => this.#bySignature.get(s) ?? [])]);
  }

  /** Functions that run, directly or not, while a try block is open. */
  #reachedByTries(): Set<string> {
    const reached = new Set<string>();
    const queue = [...this.#facts.values()].flatMap((f) => this.#callees(f.inside));
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      if (reached.has(name)) continue;
      reached.add(name);
      const facts = this.#facts.get(name);
      if (facts !== undefined) queue.push(...this.#callees(facts.inside, facts.outside));
    }
    return reached;
  }

  /** Of these, the ones that may return because something was thrown. */
  #throwingAmong(reached: ReadonlySet<string>): Set<string> {
    const throwing = new Set([RAISE]);
    for (let before = 0; before < throwing.size; ) {
      before = throwing.size;
      for (const name of reached) {
        const facts = this.#facts.get(name);
        if (facts !== undefined && this.#callees(facts.outside).some((callee) => throwing.has(callee))) throwing.add(name);
      }
    }
    return throwing;
  }

  #mayThrow(calls: Calls): boolean {
    return this.#callees(calls).some((name) => this.#throwing.has(name));
  }

  #callMayThrow(call: Expression): boolean {
    if (kindOf(call) === "Call") return this.#throwing.has(read(call, "Target"));
    const signature = signatureOf(read(call, "Params"), read(call, "Results"));
    return (this.#bySignature.get(signature) ?? []).some((name) => this.#throwing.has(name));
  }
}

/** One function: its try blocks become blocks with labels, its calls are followed by tests. */
class FunctionRewriting {
  readonly #module: WasmModule;
  readonly #ref: FunctionRef;
  readonly #mayThrow: (call: Expression) => boolean;

  constructor(module: WasmModule, ref: FunctionRef, mayThrow: (call: Expression) => boolean) {
    this.#module = module;
    this.#ref = ref;
    this.#mayThrow = mayThrow;
  }

  run(way: Way): void {
    const body = this.#rewritten(functionFact(this.#ref, "Body"), way);
    (binaryen["Function"] as { setBody(ref: FunctionRef, body: Expression): void }).setBody(this.#ref, body);
  }

  #rewritten(expression: Expression, way: Way): Expression {
    const kind = kindOf(expression);
    const region = kind === "If" ? numberOfTry(expression) : undefined;
    if (region !== undefined) return this.#tried(expression, region, way);
    const isLast = kind === "Return" && way.to === "caller";
    mapChildren(expression, (child) => (isLast && isCall(child) ? this.#last(child, way) : this.#rewritten(child, way)));
    if (kind === "Call" && read(expression, "Target") === LEAVE) return this.#module.br(doneLabel(constantOf(read(expression, "OperandAt", 0))));
    return isCall(expression) && this.#mayThrow(expression) ? this.#tested(expression, way) : expression;
  }

  /** `return f(x)`: what f returns because something was thrown is returned all the same. */
  #last(call: Expression, way: Way): Expression {
    mapChildren(call, (child) => this.#rewritten(child, way));
    return call;
  }

  /** `if (protect(n)) { try } else { catch }`. */
  #tried(expression: Expression, region: number, way: Way): Expression {
    const { block, br, unreachable } = this.#module;
    const [, body, handler] = childrenOf(expression) as [Expression, Expression, Expression];
    const label = `catch|${region}`;
    const tried = block(label, [this.#rewritten(body, { to: "catch", label }), br(doneLabel(region))], binaryen.none as never);
    const whole = block(doneLabel(region), [tried, this.#rewritten(handler, way)], binaryen.none as never);
    const isEnd = binaryen.getExpressionType(expression) === binaryen.unreachable;
    return isEnd ? block(null as never, [whole, unreachable()]) : whole;
  }

  /** The call, and away if something was thrown in it; operands that were computed before are dropped by the jump. */
  #tested(call: Expression, way: Way): Expression {
    const { block, local, global } = this.#module;
    const type = binaryen.getExpressionType(call);
    if (type === binaryen.unreachable) return call;
    const test = this.#module.if(global.get(PENDING, binaryen.i32 as never), this.#away(way));
    if (type === binaryen.none) return block(null as never, [call, test], binaryen.none as never);
    const held = (binaryen["_BinaryenFunctionAddVar"] as (ref: FunctionRef, type: Type) => number)(this.#ref, type);
    return block(null as never, [local.set(held, call), test, local.get(held, type as never)], type as never);
  }

  #away(way: Way): Expression {
    if (way.to === "catch") return this.#module.br(way.label);
    if (way.to === "nobody") return this.#module.block(null as never, [this.#module.call(UNCAUGHT, [], binaryen.none as never), this.#module.unreachable()]);
    const result = functionFact<Type>(this.#ref, "Results");
    return this.#module.return(result === binaryen.none ? undefined : this.#zero(result));
  }

  #zero(type: Type): Expression {
    const { i32, i64, f32, f64 } = this.#module;
    if (type === binaryen.i32) return i32.const(0);
    if (type === binaryen.i64) return i64.const(0n as never);
    return type === binaryen.f32 ? f32.const(0) : f64.const(0);
  }
}

function isCall(expression: Expression): boolean {
  return /^Call/.test(kindOf(expression));
}

/** Which try block the `if` is; undefined for an `if` of the program. */
function numberOfTry(expression: Expression): number | undefined {
  const condition = read<Expression>(expression, "Condition");
  return kindOf(condition) === "Call" && read(condition, "Target") === PROTECT ? constantOf(read(condition, "OperandAt", 0)) : undefined;
}

function constantOf(expression: Expression): number {
  return (binaryen["Const"] as { getValueI32(of: Expression): number }).getValueI32(expression);
}

function doneLabel(region: number): string {
  return `done|${region}`;
}

function functionFact<T>(ref: FunctionRef, what: string): T {
  return (binaryen["Function"] as Record<string, (ref: FunctionRef) => unknown>)[`get${what}`]?.(ref) as T;
}

function signatureOf(parameters: Type, results: Type): string {
  return `${parameters}:${results}`;
}
