// Every error code of the front end, with its title and its general way out. A complaint may bring a nearer way out.
// docs/typescript.md lists the same codes; codes LF4xx belong to builtins_refused.ts.
import type { Complaint } from "./diagnostics.ts";

interface Entry {
  readonly title: string;
  readonly hint: string;
}

export const CODES = {
  // --- types
  LF101: { title: "a value without a known type", hint: "add a type annotation" },
  LF102: { title: "null and undefined in one type", hint: "choose one of them: T | null, or an optional field" },
  LF103: { title: "a value of several types", hint: "use one object type with a 'kind' field and optional fields" },
  LF104: {
    title: "a library type that a job does not have",
    hint: "use string, number, bigint, boolean, arrays, Map, Set, objects and classes",
  },
  LF105: { title: "an object by key with fields of its own", hint: "use Record<string, T> for all keys, or a type with the fields and a Record<string, T> in it" },
  LF106: {
    title: "a type that is not supported",
    hint: "use string, number, bigint, boolean, arrays, Map, Set, objects and classes",
  },
  LF107: {
    title: "a value that cannot be in a record",
    hint: "records hold string, number, bigint, boolean, arrays, objects and tuples; a Date as its getTime(), an object by key as Object.entries(d)",
  },
  LF108: { title: "a value of another shape", hint: "make a value of the wanted type: { field: value.field, ... }" },
  LF109: { title: "a generic function used as a value", hint: "wrap it: x => f(x)" },
  // --- functions and purity
  LF201: {
    title: "a stream function that writes to what it did not create",
    hint: "return a new value; state belongs into reduce",
  },
  LF202: {
    title: "building streams inside a stream function",
    hint: "build the dataflow in main, at the top level of a function",
  },
  LF203: { title: "a local function used above its place", hint: "move the function above its first use" },
  LF204: {
    title: "an async stream function",
    hint: "remove async and await: a stream function runs in the engine, record by record",
  },
  LF205: { title: "a generator", hint: "return an array" },
  LF207: { title: "'arguments' or a function's own properties", hint: "name the parameters" },
  LF208: {
    title: "a captured variable of a loop head changed by its own condition",
    hint: "declare the variable inside the loop's body",
  },
  LF209: { title: "code that waits for the job", hint: "remove it: the job runs after main has returned" },
  LF210: {
    title: "a field that is read before it has a value",
    hint: "give the field its value first: declare it above, call the method when the object is made, or say T | undefined in its type",
  },
  // --- statements and expressions
  LF301: { title: "a statement that is not supported", hint: "see docs/typescript.md for what a job can use" },
  LF302: { title: "an expression that is not supported", hint: "see docs/typescript.md for what a job can use" },
  LF303: { title: "a thrown value that is taken apart", hint: "name it, and ask what it is: e instanceof Error ? e.message : String(e)" },
  LF304: { title: "for-in over fields", hint: "name the fields, or iterate a Record<string, T>, or a Map with for (const [k, v] of m)" },
  LF305: { title: "a label of a block", hint: "put the block into a function and return from it" },
  LF306: {
    title: "a regular expression that cannot be run in linear time, or not be read when the job is built",
    hint: "write a pattern without it, as a literal or of constants",
  },
  LF307: { title: "a computed property", hint: "use a Map, or name the field" },
  LF308: { title: "delete of a field", hint: "make an object without the field, or use a Map" },
  LF309: { title: "'in' that tells no types apart", hint: "compare an optional field with undefined, give the types a 'kind', or use a Map" },
  LF310: { title: "a namespace", hint: "use a file of its own and import it" },
  LF311: { title: "an npm package", hint: "put the code into a file of your own and import that" },
  LF312: { title: "a method or accessor in an object literal", hint: "use a class, or an arrow function as a field" },
  LF313: { title: "a class expression", hint: "declare the class at the top level of the file" },
  LF314: {
    title: "a class member that is not supported",
    hint: "use fields, methods, getters, setters and static members",
  },
  LF315: { title: "spread here", hint: "write the elements or fields" },
  LF316: {
    title: "a value that cannot become text",
    hint: "name the fields that the text needs, or give the class a toString()",
  },
  LF317: { title: "an operator on these types", hint: "convert the operands first: Number(x), String(x), BigInt(x)" },
  LF318: { title: "a comparison of these types", hint: "compare fields of the same type" },
  LF319: { title: "a value that may be missing", hint: "give a default with ??, or test it first" },
  LF320: { title: "an assignment that is not supported", hint: "assign to a variable, a field or an element" },
  LF321: { title: "a decorator", hint: "remove it" },
  LF322: { title: "an enum member that is computed when the job runs", hint: "give it a constant value" },
  LF323: { title: "extending a built-in class", hint: "hold the built-in object in a field" },
  LF325: { title: "JSON of this value, or in this form", hint: "make an object of text, numbers, booleans, arrays and objects first" },
  LF324: { title: "a function of lightflus-api that is for tests", hint: "use it in a test that imports the job" },
  // --- the command itself
  LF001: { title: "a file that cannot be read", hint: "check the path" },
  LF900: {
    title: "internal error of the compiler",
    hint: "please report it with the program",
  },
} as const satisfies Record<string, Entry>;

export type Code = keyof typeof CODES;

/** The complaint of the code, with what is wrong here and, if there is a nearer one, the way out. */
export function complaint(code: Code, message: string, hint?: string): Complaint {
  return { code, message, hint: hint ?? CODES[code].hint };
}
