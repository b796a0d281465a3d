// The statements of a file, and its declarations: each in its place, generic ones where they are used.
import ts from "typescript-compiler-api";
import { HELPERS } from "../api_table.ts";
import { functionOfConst, symbolOf } from "../scopes.ts";
import { code, from } from "../writer.ts";
import type { Code } from "../writer.ts";
import { classDeclaration, interfaceDeclaration } from "./classes.ts";
import { refuse } from "./context.ts";
import type { Context } from "./context.ts";
import { topLevelFunction } from "./functions.ts";
import { K } from "./program.ts";
import { statement, variables } from "./statements.ts";

/** A statement of a file. Generic declarations are lowered where they are used. */
export function topLevel(ctx: Context, node: ts.Statement): Code {
  switch (node.kind) {
    case K.ImportDeclaration:
      return importDeclaration(ctx, node as ts.ImportDeclaration);
    case K.ExportDeclaration:
      return "";
    case K.ImportEqualsDeclaration:
      return refuse(ctx, node, "LF302", "'import x = ...' is not supported in a job", 'write import { x } from "..."');
    case K.ExportAssignment:
      return exportAssignment(ctx, node as ts.ExportAssignment);
    case K.VariableStatement:
      return topLevelVariables(ctx, node as ts.VariableStatement);
    case K.FunctionDeclaration:
    case K.ClassDeclaration:
    case K.InterfaceDeclaration:
      return isGeneric(node) ? "" : declaration(ctx, node as unknown as ts.Declaration);
    default:
      return statement(ctx, node);
  }
}

/** Nothing stays of an import: names are reached where they are used. What only runs under Node is refused here, once. */
function importDeclaration(ctx: Context, node: ts.ImportDeclaration): Code {
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return "";
  for (const element of bindings.elements) {
    const symbol = symbolOf(ctx.job.checker, element.name);
    const isFunction =
      symbol !== undefined && ctx.job.program.isApi(symbol) && (symbol.flags & ts.SymbolFlags.Function) !== 0 && !HELPERS.has(symbol.name);
    if (isFunction)
      refuse(
        ctx,
        element,
        "LF324",
        `'${element.name.text}' runs a job under Node, it cannot be part of one`,
        "use it in a test that imports the job",
      );
  }
  return "";
}

function isGeneric(node: ts.Node): boolean {
  return (node as { typeParameters?: ts.NodeArray<ts.TypeParameterDeclaration> }).typeParameters !== undefined;
}

function exportAssignment(ctx: Context, node: ts.ExportAssignment): Code {
  return ts.isIdentifier(node.expression)
    ? ""
    : refuse(ctx, node, "LF301", "'export default' of an expression is not supported in a job", "give it a name first");
}

/** A function, class or interface, in its file or as an instantiation. */
export function declaration(ctx: Context, node: ts.Declaration): Code {
  if (ts.isFunctionDeclaration(node))
    return node.body === undefined ? "" : topLevelFunction(ctx, node, node.name?.text ?? "__default");
  if (ts.isClassDeclaration(node)) return classDeclaration(ctx, node);
  if (ts.isMethodDeclaration(node)) return topLevelFunction(ctx, node, node.name.getText());
  if (ts.isInterfaceDeclaration(node)) return interfaceDeclaration(ctx, node);
  const literal = functionOfConst(node);
  const name = ts.getNameOfDeclaration(node);
  if (literal !== undefined && name !== undefined && ts.isIdentifier(name))
    return topLevelFunction(ctx, literal, name.text);
  return refuse(ctx, node, "LF301", "this declaration is not supported in a job");
}

function topLevelVariables(ctx: Context, node: ts.VariableStatement): Code {
  if (node.modifiers?.some((m) => m.kind === K.DeclareKeyword)) return "";
  return node.declarationList.declarations.map((d) => {
    const literal = functionOfConst(d);
    if (literal === undefined) return variables(ctx, { declarations: [d] } as unknown as ts.VariableDeclarationList);
    return literal.typeParameters === undefined ? code`${from(d, declaration(ctx, d))} ` : "";
  });
}
