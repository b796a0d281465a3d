// Runs AssemblyScript text against the helper library and brings strings back: lets a test compare a helper with Node
// without the front end. Not a test itself.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "./asc.mjs";

/** Library text by import name, straight from the sources: no build is needed. */
function loadLibrary() {
  const library = new Map();
  for (const [prefix, folder] of [
    ["~lf/", "../assembly"],
    ["xjb-as/", "../node_modules/xjb-as/assembly"],
  ]) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    for (const file of readdirSync(path, { recursive: true }).map(String)) {
      if (file.endsWith(".ts")) library.set(prefix + file.slice(0, -3), readFileSync(`${path}/${file}`, "utf8"));
    }
  }
  return library;
}

/** Everything that the helpers need from the host: messages of failed calls become JavaScript errors. */
function imports(exportsOf) {
  const text = (ptr, len) => Buffer.from(exportsOf().memory.buffer, ptr, len).toString("utf8");
  return {
    lightflus: {
      abort(msg, msgLen, file, fileLen, line, col) {
        throw new Error(`${text(file, fileLen)}:${line}:${col}: ${text(msg, msgLen)}`);
      },
      log() {},
    },
  };
}

/** Compiles `body` (AssemblyScript, with `__js` in scope) and instantiates it. Throws asc's errors as text. */
export async function compile(body, { optimize = 1 } = {}) {
  const library = loadLibrary();
  for (const [name, text] of library) asc.libraryFiles[name] = text;
  asc.libraryFiles["rt/stub"] = library.get("~lf/arena");
  const source = `import * as __js from "~lf/js/index";\n${body}\nexport function __mark(): void { __markNow(); }\nimport { setMark as __markNow, reset as __resetNow } from "rt/stub";\nexport function __reset2(): void { __resetNow(); }\n`;
  const outputs = new Map();
  let errors = "";
  const result = await asc.main(
    [
      "t.ts",
      "--outFile",
      "t.wasm",
      "--runtime",
      "stub",
      "--exportStart",
      "_initialize",
      "--use",
      "abort=~lib/~lf/host/onAbort",
      "--use",
      "LF_CATCHES=0",
      "--disable",
      "simd",
      "--optimizeLevel",
      String(optimize),
      "--noAssert",
    ],
    {
      readFile: (name) => (name === "t.ts" ? source : null),
      writeFile: (name, data) => void outputs.set(name, data),
      listFiles: () => [],
      stdout: { write: () => true },
      stderr: { write: (s) => ((errors += s), true) },
    },
  );
  if (result.error) throw new Error(errors || String(result.error));
  let exports;
  const { instance } = await WebAssembly.instantiate(
    outputs.get("t.wasm"),
    imports(() => exports),
  );
  exports = instance.exports;
  exports._initialize();
  return exports;
}

/** The string at an address. */
export function readString(exports, ptr) {
  const bytes = new DataView(exports.memory.buffer).getUint32(ptr - 4, true);
  return decode16(new Uint8Array(exports.memory.buffer, ptr, bytes));
}

/** UTF-16 bytes as a JavaScript string, lone surrogates kept. */
function decode16(bytes) {
  const units = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let text = "";
  for (let i = 0; i < units.length; i += 4096) text += String.fromCharCode(...units.subarray(i, i + 4096));
  return text;
}

/** Puts a string into the instance: `newText(length)` must be exported. */
export function writeString(exports, text) {
  const ptr = exports.newText(text.length);
  const units = new Uint16Array(exports.memory.buffer, ptr, text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return ptr;
}
