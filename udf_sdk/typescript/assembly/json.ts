// Just enough JSON for main: quoting what goes into the graph, and looking into the JSON that the compiler writes
// (`meta`, record types). Its input is well formed by construction. Runs once per instance, never per record.

const QUOTE: i32 = 0x22;
const BACKSLASH: i32 = 0x5c;

/** A JSON string. */
export function quote(text: string): string {
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c == QUOTE || c == BACKSLASH) out += "\\" + text.charAt(i);
    else if (c < 32 || (c & 0xf800) == 0xd800) out += "\\u" + hex4(c);
    else out += text.charAt(i);
  }
  return out + '"';
}

/** The text that a JSON string stands for. */
export function unquote(json: string): string {
  let out = "";
  for (let i = 1; i < json.length - 1; i++) {
    if (json.charCodeAt(i) != BACKSLASH) out += json.charAt(i);
    else if (json.charCodeAt(++i) == 0x75) out += String.fromCharCode(<i32>parseInt(json.substring(i + 1, (i += 4) + 1), 16));
    else out += unescaped(json.charAt(i));
  }
  return out;
}

function unescaped(sign: string): string {
  const at = "bfnrt".indexOf(sign);
  return at < 0 ? sign : "\b\f\n\r\t".charAt(at);
}

function hex4(c: i32): string {
  let out = "";
  for (let shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef".charAt((c >> shift) & 15);
  return out;
}

/** The position behind the value that begins at `at`. */
function skip(json: string, at: i32): i32 {
  let depth = 0;
  for (let i = at; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c == QUOTE) {
      i = skipString(json, i) - 1;
    } else if (c == 0x7b || c == 0x5b) {
      depth++;
    } else if (c == 0x7d || c == 0x5d) {
      if (depth == 0) return i;
      depth--;
    } else if (c == 0x2c && depth == 0) {
      return i;
    }
  }
  return json.length;
}

function skipString(json: string, at: i32): i32 {
  let i = at + 1;
  while (json.charCodeAt(i) != QUOTE) i += json.charCodeAt(i) == BACKSLASH ? 2 : 1;
  return i + 1;
}

/** The value of a member of an object as JSON text, or "" if there is none. `json` may lack its braces. */
export function member(json: string, name: string): string {
  const wanted = '"' + name + '"';
  let i = json.startsWith("{") ? 1 : 0;
  while (i < json.length && json.charCodeAt(i) == QUOTE) {
    const colon = skipString(json, i);
    const end = skip(json, colon + 1);
    if (json.substring(i, colon) == wanted) return json.substring(colon + 1, end);
    i = end + 1;
  }
  return "";
}

/** The items of an array, each as JSON text. */
export function items(json: string): Array<string> {
  const out = new Array<string>();
  let i = 1;
  while (i < json.length - 1) {
    const end = skip(json, i);
    out.push(json.substring(i, end));
    i = end + 1;
  }
  return out;
}
