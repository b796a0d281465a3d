// Loops. A loop whose variables are captured makes a frame each turn; `continue` then passes through the end of the turn.
import ts from "typescript-compiler-api";
import { isFunction, symbolOf } from "../scopes.ts";
import { NUMBER, STRING, describe } from "../types.ts";
import type { Rep } from "../types.ts";
import { code, from, separated } from "../writer.ts";
import type { Code } from "../writer.ts";
import { asArray, indexable, iteratorCall } from "./arrays.ts";
import { freshName, localName, refuse, repAt, repOfSymbol, typeText } from "./context.ts";
import type { Context, Value } from "./context.ts";
import { convert, truthy } from "./convert.ts";
import { bindPattern, declareVariable } from "./destructuring.ts";
import { into, marked } from "./dispatch.ts";
import { enterFrame } from "./names.ts";
import { matchAllRep } from "./patterns.ts";
import { braced, variables } from "./statements.ts";
import { targetOf } from "./assign.ts";

/** The context of a loop's body: `turn` is what `continue` does first. */
function inLoop(ctx: Context, turn: Code): Context {
  return { ...ctx, fn: { ...ctx.fn, turns: [...ctx.fn.turns, turn] } };
}

export function whileStatement(ctx: Context, node: ts.WhileStatement): Code {
  return code`while (${truthy(ctx, marked(ctx, node.expression), node.expression)}) ${braced(inLoop(ctx, ""), node.statement)}`;
}

export function doStatement(ctx: Context, node: ts.DoStatement): Code {
  const body = braced(inLoop(ctx, ""), node.statement);
  return code`do ${body} while (${truthy(ctx, marked(ctx, node.expression), node.expression)});`;
}

/** `for (init; test; step)`. Captured variables are copied into the frame of the turn and back. */
export function forStatement(ctx: Context, node: ts.ForStatement): Code {
  checkHead(ctx, node);
  const isList = node.initializer !== undefined && ts.isVariableDeclarationList(node.initializer);
  const setup =
    node.initializer === undefined
      ? ""
      : isList
        ? variablesOfHead(ctx, node.initializer as ts.VariableDeclarationList)
        : code`${marked(ctx, node.initializer as ts.Expression).code};`;
  const test = node.condition === undefined ? "true" : truthy(ctx, marked(ctx, node.condition), node.condition);
  const after = node.incrementor === undefined ? "" : marked(ctx, node.incrementor).code;
  const { enter, leave } = turnOf(ctx, node);
  const body = braced(inLoop(ctx, leave), node.statement);
  const turn = enter === "" ? body : code`{ ${enter}${body} ${leave} }`;
  const head =
    node.condition === undefined && node.incrementor === undefined ? "while (true)" : code`for (; ${test}; ${after})`;
  return code`{ ${setup} ${head} ${turn} }`;
}

/** The head's variables are plain locals, also when the body captures them. */
function variablesOfHead(ctx: Context, list: ts.VariableDeclarationList): Code {
  return list.declarations.map((declaration) => {
    if (!ts.isIdentifier(declaration.name))
      return variables(ctx, { declarations: [declaration] } as unknown as ts.VariableDeclarationList);
    const rep = repOfSymbol(ctx, symbolOf(ctx.job.checker, declaration.name) as ts.Symbol, declaration);
    const value =
      declaration.initializer === undefined
        ? `__l.zero<${typeText(ctx, rep)}>()`
        : into(ctx, declaration.initializer, rep);
    return code`let ${from(declaration, localName(declaration.name.text))}: ${typeText(ctx, rep)} = ${value}; `;
  });
}

/** Entering and leaving one turn: the frame gets the variables, and gives them back to the head. */
function turnOf(ctx: Context, node: ts.ForStatement): { enter: Code; leave: Code } {
  const frame = ctx.job.captures.frameOf(node);
  if (frame === undefined) return { enter: "", leave: "" };
  const copies = [...frame.fields].map(
    ([symbol, field]) => [localName(symbol.name), `__f${frame.id}.${localName(field)}`] as const,
  );
  return {
    enter: code`${enterFrame(ctx, node)}${copies.map(([local, held]) => `${held} = ${local}; `)}`,
    leave: copies.map(([local, held]) => `${local} = ${held}; `),
  };
}

/** A function in the head of a loop would see variables of a turn that is not there. */
function checkHead(ctx: Context, node: ts.ForStatement): void {
  const frame = ctx.job.captures.frameOf(node);
  if (frame === undefined) return;
  const visit = (n: ts.Node): void => {
    if (isFunction(n)) refuse(ctx, n, "LF208", "a function in the head of a loop cannot use the loop's variables");
    ts.forEachChild(n, visit);
  };
  for (const part of [node.initializer, node.condition, node.incrementor]) if (part !== undefined) visit(part);
}

/** `for (const key in d)`: the keys of the start, without those that are gone when their turn comes. */
export function forInStatement(ctx: Context, node: ts.ForInStatement): Code {
  const dict = marked(ctx, node.expression);
  if (dict.rep.kind !== "dict") return refuse(ctx, node, "LF304", "for-in is supported over objects by key, such as Record<string, T>");
  const [held, keys, index] = [freshName(ctx, "o"), freshName(ctx, "a"), freshName(ctx, "i")];
  const type = typeText(ctx, dict.rep.value);
  const key = `unchecked(${keys}[${index}])`;
  const turn = bindTurn(ctx, node, { code: key, rep: STRING });
  const body = braced(inLoop(ctx, ""), node.statement);
  return code`{ const ${held} = ${dict.code}; const ${keys} = __js.dict_keys<${type}>(${held}); for (let ${index} = 0; ${index} < ${keys}.length; ++${index}) { if (!__js.dict_hasOwn<${type}>(${held}, ${key})) continue; ${turn}${body} } }`;
}

/** `for (const x of xs)`. */
export function forOfStatement(ctx: Context, node: ts.ForOfStatement): Code {
  if (node.awaitModifier !== undefined)
    refuse(ctx, node, "LF302", "for await is not supported in a job", "write for (... of ...)");
  const iterated = iteratorCall(ctx, node.expression);
  const rep = iterated?.rep ?? matchAllRep(ctx, node.expression) ?? repAt(ctx, node.expression);
  if (rep.kind === "array")
    return overArray(ctx, node, iterated?.receiver ?? node.expression, rep, iterated?.what ?? "values");
  if (rep.kind === "match") return overArray(ctx, node, node.expression, { kind: "array", item: STRING }, "values");
  if (rep.kind === "record" && rep.record.tuple) return overTuple(ctx, node, rep);
  if (rep.kind === "map")
    return overMap(ctx, node, iterated?.receiver ?? node.expression, rep, iterated?.what ?? "entries");
  if (rep.kind === "set" && iterated?.what !== "entries") {
    return overIterator(
      ctx,
      node,
      code`__js.set_iterate<${typeText(ctx, rep.item)}>(${marked(ctx, iterated?.receiver ?? node.expression).code})`,
      rep.item,
    );
  }
  if (rep.kind === "string")
    return overIterator(ctx, node, code`__js.string_iterate(${marked(ctx, node.expression).code})`, STRING);
  return refuse(
    ctx,
    node.expression,
    "LF302",
    `'${describe(rep)}' cannot be iterated in a job`,
    "iterate an array, a Map, a Set or a string",
  );
}

/** A tuple of one kind of elements. */
function overTuple(ctx: Context, node: ts.ForOfStatement, rep: Rep & { kind: "record" }): Code {
  const item = rep.record.fields[0]?.rep ?? NUMBER;
  return overArray(ctx, node, node.expression, { kind: "array", item }, "values");
}

/** The length is asked each turn, as JavaScript does. */
function overArray(
  ctx: Context,
  node: ts.ForOfStatement,
  source: ts.Expression,
  rep: Rep & { kind: "array" },
  what: string,
): Code {
  const list = freshName(ctx, "a");
  const index = freshName(ctx, "i");
  const element: Value = { code: `unchecked(${list}[${index}])`, rep: rep.item };
  const turn =
    what === "values"
      ? bindTurn(ctx, node, element)
      : what === "keys"
        ? bindTurn(ctx, node, { code: `<f64>${index}`, rep: NUMBER })
        : bindEntry(ctx, node, { code: `<f64>${index}`, rep: NUMBER }, element);
  const body = braced(inLoop(ctx, ""), node.statement);
  return code`{ const ${list} = ${(what === "keys" ? indexable(ctx, source) : asArray(ctx, source)).code}; for (let ${index} = 0; ${index} < ${list}.length; ++${index}) { ${turn}${body} } }`;
}

function overMap(
  ctx: Context,
  node: ts.ForOfStatement,
  source: ts.Expression,
  rep: Rep & { kind: "map" },
  what: string,
): Code {
  const it = freshName(ctx, "it");
  const key: Value = { code: `${it}.key`, rep: rep.key };
  const value: Value = { code: `${it}.value`, rep: rep.value };
  const turn =
    what === "entries" ? bindEntry(ctx, node, key, value) : bindTurn(ctx, node, what === "keys" ? key : value);
  const body = braced(inLoop(ctx, ""), node.statement);
  const types = `${typeText(ctx, rep.key)}, ${typeText(ctx, rep.value)}`;
  return code`{ const ${it} = __js.map_iterate<${types}>(${marked(ctx, source).code}); while (${it}.next()) { ${turn}${body} } }`;
}

function overIterator(ctx: Context, node: ts.ForOfStatement, iterator: Code, item: Rep): Code {
  const it = freshName(ctx, "it");
  const turn = bindTurn(ctx, node, { code: `${it}.value`, rep: item });
  const body = braced(inLoop(ctx, ""), node.statement);
  return code`{ const ${it} = ${iterator}; while (${it}.next()) { ${turn}${body} } }`;
}

/** The variables of one turn. */
function bindTurn(ctx: Context, node: ts.ForOfStatement | ts.ForInStatement, value: Value): Code {
  const { initializer } = node;
  if (!ts.isVariableDeclarationList(initializer)) {
    const target = targetOf(ctx, initializer, false);
    const store = target.write(convert(ctx, value, target.rep, initializer));
    return code`${separated([...target.setup, store], ", ")}; `;
  }
  const { name } = initializer.declarations[0] as ts.VariableDeclaration;
  const frame = enterFrame(ctx, node);
  if (!ts.isIdentifier(name)) return code`${frame}${bindPattern(ctx, name, value)}`;
  const rep = repOfSymbol(ctx, symbolOf(ctx.job.checker, name) as ts.Symbol, name);
  return code`${frame}${declareVariable(ctx, name, convert(ctx, value, rep, name))}`;
}

/** `[k, v]` of a turn, without making the pair when it is taken apart at once. */
function bindEntry(ctx: Context, node: ts.ForOfStatement, key: Value, value: Value): Code {
  const name = ts.isVariableDeclarationList(node.initializer) ? node.initializer.declarations[0]?.name : undefined;
  if (
    name === undefined ||
    !ts.isArrayBindingPattern(name) ||
    name.elements.some((e) => ts.isBindingElement(e) && (e.dotDotDotToken !== undefined || e.initializer !== undefined))
  ) {
    const entry: Rep = { kind: "record", record: ctx.job.types.tuple([key.rep, value.rep]) };
    return bindTurn(ctx, node, { code: code`new ${typeText(ctx, entry)}(${key.code}, ${value.code})`, rep: entry });
  }
  const parts = name.elements.map((element, i) => {
    if (ts.isOmittedExpression(element)) return "";
    const part = i === 0 ? key : value;
    if (!ts.isIdentifier(element.name)) return bindPattern(ctx, element.name, part);
    const rep = repOfSymbol(ctx, symbolOf(ctx.job.checker, element.name) as ts.Symbol, element);
    return declareVariable(ctx, element.name, convert(ctx, part, rep, element));
  });
  return code`${enterFrame(ctx, node)}${parts}`;
}
