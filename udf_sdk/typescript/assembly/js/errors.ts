// Errors, and what is thrown: the value and its place are noted, and whoever called finds them noted. `compiler/unwinding.ts` puts
// the tests behind the calls; in a program without `try` (LF_CATCHES is 0) what is thrown ends the call at once.
import { fail } from "~lf/host";
import { Mixed, mixed_text, mixed_undefined } from "./mixed";

/** `Error` and what derives from it. */
export class JsError extends Mixed {
  name: string = "Error";
  message: string;
  cause: Mixed | null;
  /** What a job that nobody catches it in says in place of the message, where there is more to say. */
  __told: string = "";
  /** Where it was thrown first. */
  __file: string = "";
  __line: i32 = 0;
  __column: i32 = 0;

  constructor(message: string | null = null, cause: Mixed | null = mixed_undefined()) {
    super();
    this.cause = cause;
    this.message = message === null ? "" : message;
  }

  /** The name of the class, which `new.target.name` is. */
  __className(): string {
    return "Error";
  }

  toString(): string {
    if (this.name.length == 0) return this.message;
    return this.message.length == 0 ? this.name : this.name + ": " + this.message;
  }
}

export class JsTypeError extends JsError {
  constructor(message: string | null = null, cause: Mixed | null = mixed_undefined()) {
    super(message, cause);
    this.name = "TypeError";
  }
}

export class JsRangeError extends JsError {
  constructor(message: string | null = null, cause: Mixed | null = mixed_undefined()) {
    super(message, cause);
    this.name = "RangeError";
  }
}

export class JsSyntaxError extends JsError {
  constructor(message: string | null = null, cause: Mixed | null = mixed_undefined()) {
    super(message, cause);
    this.name = "SyntaxError";
  }
}

/** Something has been thrown that nobody has caught yet. */
// @ts-ignore: decorator
@lazy let isPending: bool = false;
/** Its address: a global reference to what a call makes would be taken for something that outlives the call. */
// @ts-ignore: decorator
@lazy let thrown: usize = 0;
// @ts-ignore: decorator
@lazy let thrownFile: string = "";
// @ts-ignore: decorator
@lazy let thrownLine: i32 = 0;
// @ts-ignore: decorator
@lazy let thrownColumn: i32 = 0;

/** `throw value`. An error keeps the place where it was thrown first. */
export function raise(value: Mixed | null, file: string, line: i32, column: i32): void {
  thrown = changetype<usize>(value);
  thrownFile = file;
  thrownLine = line;
  thrownColumn = column;
  const error = errorIn(value);
  if (error !== null) {
    if (error.__line == 0) {
      error.__file = file;
      error.__line = line;
      error.__column = column;
    }
    thrownFile = error.__file;
    thrownLine = error.__line;
    thrownColumn = error.__column;
  }
  // nothing is thrown while something else is on its way: where there is a try, this only keeps 'uncaught' in the module
  // @ts-ignore: said by the compiler
  if (!LF_CATCHES || isPending) uncaught();
  isPending = true;
}

/** Throws what JavaScript throws here; `told` says more to whom nobody catches it. */
function raiseError(error: JsError, told: string, file: string, line: i32, column: i32): void {
  error.__told = told;
  raise(error, file, line, column);
}

export function throwRange(message: string, told: string, file: string, line: i32, column: i32): void {
  // @ts-ignore: said by the compiler
  if (LF_CATCHES) raiseError(new JsRangeError(message), told, file, line, column);
  else fail(told, file, line, column);
}

export function throwType(message: string, told: string, file: string, line: i32, column: i32): void {
  // @ts-ignore: said by the compiler
  if (LF_CATCHES) raiseError(new JsTypeError(message), told, file, line, column);
  else fail(told, file, line, column);
}

export function throwSyntax(message: string, told: string, file: string, line: i32, column: i32): void {
  // @ts-ignore: said by the compiler
  if (LF_CATCHES) raiseError(new JsSyntaxError(message), told, file, line, column);
  else fail(told, file, line, column);
}

/** What was thrown goes on, behind a finally. */
export function rethrow(value: Mixed | null): void {
  raise(value, thrownFile, thrownLine, thrownColumn);
}

/** What was thrown, for the catch that takes it. */
export function caught(): Mixed | null {
  isPending = false;
  return changetype<Mixed | null>(thrown);
}

/** Ends the call with what was thrown. */
export function uncaught(): void {
  const value = changetype<Mixed | null>(thrown);
  const error = errorIn(value);
  const said = error === null ? "" : error.__told.length > 0 ? error.__told : error.message;
  const what = error === null ? mixed_text(value, thrownFile, thrownLine, thrownColumn) : said.length == 0 ? error.name : said;
  fail(what, thrownFile, thrownLine, thrownColumn);
}

/** In front of a try block; taken away again. */
export function protect(region: i32): bool {
  return region != 0;
}

/** Where a jump leaves the try block of a finally; taken away again. */
export function leave(region: i32): void {}

function errorIn(value: Mixed | null): JsError | null {
  return value instanceof JsError ? changetype<JsError>(value) : null;
}
