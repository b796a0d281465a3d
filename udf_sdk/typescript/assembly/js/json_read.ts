// JSON.parse: the value of a text as a type that the program names. Strict: what is not JSON, or not of that type, ends the call with
// the place in the text. Records have a method `__parse` that the compiler writes; their unknown fields are passed over.
import { throwSyntax, throwType } from "./errors";
import { scanDecimal } from "./decimal";
import { Mixed, Tree, isMixed, mixed_of } from "./mixed";
import { joinTexts } from "./text";
import { digitOf } from "./numbers";
import { piece, unitAt } from "./units";

/** What is wanted where a value of some type is. */
// @ts-ignore: decorator
@lazy const VALUES: string[] = ["an array", "an object", "text", "a number", "true or false"];

/** How deep values may lie in one another. */
const DEEPEST: i32 = 1000;

/** Reads one text. */
@final
export class JsonReader {
  /** The name that `nextField` found. */
  name: string = "";
  private at: i32 = 0;
  private depth: i32 = 0;

  constructor(
    private text: string,
    private file: string,
    private line: i32,
    private column: i32,
  ) {}

  /** The next value, of type T. */
  read<T>(): T {
    const c = this.next();
    if (isReference<T>()) {
      if (isNullable<T>()) {
        if (c == 110) {
          this.word("null");
          return changetype<T>(0);
        }
        return changetype<T>(this.object<NonNullable<T>>(c));
      }
      return this.object<T>(c);
    } else if (isFloat<T>()) {
      return <T>this.number(c);
    } else {
      if (c != 116 && c != 102) this.unwanted(c, "true or false");
      this.word(c == 116 ? "true" : "false");
      return <T>(c == 116);
    }
  }

  private object<T>(c: u32): T {
    if (isString<T>()) return changetype<T>(this.string(c));
    else if (isMixed<T>()) return changetype<T>(this.mixed(c));
    else if (isArray<T>()) return changetype<T>(this.list<valueof<T>>(c));
    else if (isDefined(changetype<T>(0).__isBox)) {
      const box = changetype<T>(__new(offsetof<T>(), idof<T>()));
      box.__readJson(this);
      return box;
    } else return changetype<T>(0).__parse(this);
  }

  /** Whatever comes; the program asks what it is. Objects are objects by key. */
  private mixed(c: u32): Mixed {
    if (c == 123) return changetype<Mixed>(changetype<Tree>(0).__parse(this));
    if (c == 91) return changetype<Mixed>(this.list<Mixed | null>(c));
    if (c == 34) return changetype<Mixed>(this.string(c));
    if (c == 116 || c == 102) return changetype<Mixed>(mixed_of<bool>(this.read<bool>()));
    return changetype<Mixed>(mixed_of<f64>(this.number(c)));
  }

  private list<T>(c: u32): Array<T> {
    this.begin(c, 91, "an array");
    const out = new Array<T>();
    while (this.more(93, out.length > 0)) out.push(this.read<T>());
    return out;
  }

  /** Goes into an object. */
  beginFields(): void {
    this.begin(this.next(), 123, "an object");
    this.name = "";
  }

  /** Goes to the next field, whose name is then `name`; false behind the last one. */
  nextField(isFirst: bool): bool {
    if (!this.more(125, !isFirst)) return false;
    this.name = this.string(this.next());
    if (this.next() != 58) this.unwanted(this.next(), "a colon");
    this.at++;
    return true;
  }

  /** Goes into an array of known length. */
  beginItems(): void {
    this.begin(this.next(), 91, "an array");
  }

  nextItem(isFirst: bool): bool {
    return this.more(93, !isFirst);
  }

  private begin(c: u32, sign: u32, what: string): void {
    if (c != sign) this.unwanted(c, what);
    this.at++;
    if (++this.depth > DEEPEST) this.fails("values lie more than " + DEEPEST.toString() + " deep in one another");
  }

  /** Whether another element follows; goes over the comma in front of it, or over the end. */
  private more(end: u32, needsComma: bool): bool {
    const c = this.next();
    if (c == end) {
      this.at++;
      this.depth--;
      return false;
    }
    if (!needsComma) return true;
    if (c != 44) this.unwanted(c, "a comma");
    this.at++;
    if (this.next() == end) this.unwanted(end, "a value");
    return true;
  }

  /** Passes over a value. */
  skip(): void {
    const c = this.next();
    if (c == 34) this.string(c);
    else if (c == 91) {
      this.beginItems();
      for (let first = true; this.nextItem(first); first = false) this.skip();
    } else if (c == 123) {
      this.beginFields();
      for (let first = true; this.nextField(first); first = false) this.skip();
    } else if (c == 116) this.word("true");
    else if (c == 102) this.word("false");
    else if (c == 110) this.word("null");
    else this.number(c);
  }

  /** Behind the value there may be white space only. */
  end(): void {
    if (this.next() != 0 || this.at < this.text.length) this.unwanted(this.next(), "the end");
  }

  /** The object has no such field. */
  missing(name: string): void {
    this.mismatches("the field '" + name + "' is missing");
  }

  /** The text is not JSON. */
  fails(what: string): void {
    const said = this.said(what);
    throwSyntax(said, said, this.file, this.line, this.column);
  }

  /** Another type than the program says; that it is JSON at all is seen first, as JavaScript does. */
  mismatches(what: string): void {
    const said = this.said(what);
    const whole = new JsonReader(this.text, this.file, this.line, this.column);
    whole.skip();
    whole.end();
    throwType(said, said, this.file, this.line, this.column);
  }

  private said(what: string): string {
    return "JSON.parse: " + what + ", at unit " + this.at.toString() + " of the text";
  }

  private unwanted(c: u32, wanted: string): void {
    const there = this.at >= this.text.length ? "the end of the text" : "'" + String.fromCharCode(<i32>c) + "'";
    const isValue = isDigit(c) || '"[{-tfn'.includes(String.fromCharCode(<i32>c));
    if (isValue && VALUES.includes(wanted)) this.mismatches(wanted + " is wanted, this is " + there);
    else this.fails(wanted + " is wanted, this is " + there);
  }

  /** The unit at the next token, 0 at the end. */
  private next(): u32 {
    const n = this.text.length;
    while (this.at < n) {
      const c = unitAt(this.text, this.at);
      if (c != 32 && c != 10 && c != 13 && c != 9) return c;
      this.at++;
    }
    return 0;
  }

  private word(word: string): void {
    const end = this.at + word.length;
    if (end > this.text.length || piece(this.text, this.at, end) != word) this.unwanted(this.next(), word);
    this.at = end;
  }

  private digits(): i32 {
    const start = this.at;
    while (this.at < this.text.length && digitOf(unitAt(this.text, this.at)) < 10) this.at++;
    return this.at - start;
  }

  private sign(c: u32): bool {
    if (this.at >= this.text.length || unitAt(this.text, this.at) != c) return false;
    this.at++;
    return true;
  }

  private number(c: u32): f64 {
    if (c != 45 && !isDigit(c)) this.unwanted(c, "a number");
    const negative = this.sign(45);
    const start = this.at;
    const first = this.at < this.text.length ? unitAt(this.text, this.at) : 0;
    const whole = this.digits();
    if (whole == 0 || (whole > 1 && first == 48)) this.unwanted(c, "a digit");
    if (this.sign(46) && this.digits() == 0) this.unwanted(c, "a digit");
    if (this.sign(101) || this.sign(69)) {
      if (!this.sign(43)) this.sign(45);
      if (this.digits() == 0) this.unwanted(c, "a digit");
    }
    const x = scanDecimal(this.text, start, this.at);
    return negative ? -x : x;
  }

  private string(c: u32): string {
    if (c != 34) this.unwanted(c, "text");
    const parts = new Array<string>();
    let from = ++this.at;
    while (true) {
      const unit = this.at < this.text.length ? unitAt(this.text, this.at) : 0;
      if (unit < 32) this.fails("text does not end, or holds a control character");
      if (unit == 34) break;
      this.at++;
      if (unit != 92) continue;
      parts.push(piece(this.text, from, this.at - 1));
      parts.push(this.escape());
      from = this.at;
    }
    const last = piece(this.text, from, this.at++);
    if (parts.length == 0) return last;
    parts.push(last);
    return joinTexts(parts, "");
  }

  private escape(): string {
    const c = this.at < this.text.length ? unitAt(this.text, this.at++) : 0;
    if (c == 34 || c == 92 || c == 47) return String.fromCharCode(<i32>c);
    if (c == 117) return String.fromCharCode(this.hex());
    const at = "bfnrt".indexOf(String.fromCharCode(<i32>c));
    if (at < 0) this.fails("'\\" + String.fromCharCode(<i32>c) + "' means nothing in JSON");
    return "\b\f\n\r\t".charAt(at);
  }

  private hex(): i32 {
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const d = this.at < this.text.length ? digitOf(unitAt(this.text, this.at)) : 36;
      if (d >= 16) this.fails("four hexadecimal digits are wanted behind \\u");
      code = (code << 4) | d;
      this.at++;
    }
    return code;
  }
}

function isDigit(c: u32): bool {
  return c >= 48 && c <= 57;
}

/** `JSON.parse(text) as T`. */
export function json_parse<T>(text: string, file: string, line: i32, column: i32): T {
  const reader = new JsonReader(text, file, line, column);
  const value = reader.read<T>();
  reader.end();
  return value;
}

/** What a field holds until it has been read. */
export function json_nothing<T>(): T {
  if (isReference<T>()) return changetype<T>(0);
  // @ts-ignore: T is a number or boolean here
  return <T>0;
}
