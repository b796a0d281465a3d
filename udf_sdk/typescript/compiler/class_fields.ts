// What a class declares of its objects: which members are fields of its own, which of them may have no value, what it extends.
import ts from "typescript-compiler-api";

/** The declared field may hold undefined as its type says, or its `!` has it checked whenever it is read. */
export function mayBeUnset(checker: ts.TypeChecker, node: ts.PropertyDeclaration): boolean {
  if (node.exclamationToken !== undefined) return true;
  const type = checker.getTypeAtLocation(node);
  return (type.isUnion() ? type.types : [type]).some((t) => (t.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Any)) !== 0);
}

/** The class that the class extends. */
export function baseOf(checker: ts.TypeChecker, node: ts.ClassLikeDeclaration): ts.ClassDeclaration | undefined {
  const type = checker.getBaseTypes(checker.getTypeAtLocation(node) as ts.InterfaceType)[0];
  return type?.symbol.declarations?.find(ts.isClassDeclaration);
}

/** An instance field that JavaScript makes when the object is made: not static, not `declare`. */
export function isOwnField(member: ts.ClassElement): member is ts.PropertyDeclaration {
  const not = ts.ModifierFlags.Static | ts.ModifierFlags.Ambient | ts.ModifierFlags.Abstract;
  return ts.isPropertyDeclaration(member) && (ts.getCombinedModifierFlags(member) & not) === 0;
}
