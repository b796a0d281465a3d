// Arrow C Data arrays in wasm memory <-> plain JavaScript values, by the ABI's page and nothing else (docs/abi.md, 6).
//
// A type is job.proto's JSON: {"nullable":true,"scalar":"UTF8"}, {"list":{"item":...}}, {"struct":{"fields":[...]}}.
// Numbers are numbers, 64-bit integers bigints, structs objects, lists arrays, null is null.

const NUMBERS = {
  INT8: [1, "Int8"], INT16: [2, "Int16"], INT32: [4, "Int32"], INT64: [8, "BigInt64"],
  UINT8: [1, "Uint8"], UINT16: [2, "Uint16"], UINT32: [4, "Uint32"], UINT64: [8, "BigUint64"],
  FLOAT32: [4, "Float32"], FLOAT64: [8, "Float64"],
};

/** The type of a batch of T: T's fields, or one column `value` (6.2). */
export function batchType(type) {
  return type.struct && !type.nullable ? type : { struct: { fields: [{ name: "value", type }] } };
}

/** A record as a row of its batch, and back. */
export const toRow = (type, value) => (type.struct && !type.nullable ? value : { value });
export const fromRow = (type, row) => (type.struct && !type.nullable ? row : row.value);

/** Reads and writes arrays in one instance's memory. */
export class Arrays {
  /** @param alloc lf_alloc. @param memory the exported memory. */
  constructor(alloc, memory) {
    this.alloc = (size) => {
      const at = alloc(size) >>> 0;
      if (at % 16) throw new Error(`lf_alloc answered ${at}, which is not 16-byte aligned`);
      return at;
    };
    this.memory = memory;
  }

  view() {
    return new DataView(this.memory.buffer);
  }

  bytes(from, length) {
    return new Uint8Array(this.memory.buffer, from, length);
  }

  /** Puts raw bytes into fresh memory. */
  put(bytes) {
    const at = this.alloc(Math.max(bytes.length, 1));
    this.bytes(at, bytes.length).set(bytes);
    return at;
  }

  putWords(numbers) {
    return this.put(new Uint8Array(Uint32Array.from(numbers).buffer));
  }

  /** An array of `values`; answers its address. A `null` in a struct that is not nullable is a null row (states). */
  write(type, values) {
    const validity = values.includes(null) ? this.put(bitmap(values.map((v) => v !== null))) : 0;
    if (type.struct) {
      const fields = type.struct.fields ?? [];
      const children = fields.map((f) => this.write(f.type, values.map((v) => (v === null ? defaultOf(f.type) : (v[f.name] ?? null)))));
      return this.array(values, [validity], children);
    }
    if (type.list) {
      const items = values.map((v) => v ?? []);
      return this.array(values, [validity, this.putOffsets(items)], [this.write(type.list.item, items.flat(1))]);
    }
    return this.array(values, [validity, ...this.writeScalar(type.scalar, values)], []);
  }

  writeScalar(scalar, values) {
    if (scalar === "BOOL") return [this.put(bitmap(values))];
    if (scalar === "UTF8") {
      const texts = values.map((v) => Buffer.from(v ?? "", "utf8"));
      return [this.putOffsets(texts), this.put(Buffer.concat(texts))];
    }
    const [size, name] = NUMBERS[scalar];
    const view = new DataView(new ArrayBuffer(size * values.length));
    const zero = name.startsWith("Big") ? 0n : 0;
    values.forEach((v, i) => view[`set${name}`](i * size, v ?? zero, true));
    return [this.put(new Uint8Array(view.buffer))];
  }

  putOffsets(parts) {
    const offsets = [0];
    for (const part of parts) offsets.push(offsets.at(-1) + part.length);
    return this.putWords(offsets);
  }

  array(values, buffers, children) {
    const at = this.alloc(64);
    const [bufferList, childList] = [this.putWords(buffers), this.putWords(children)];
    this.bytes(at, 64).fill(0);
    const view = this.view();
    view.setBigInt64(at, BigInt(values.length), true);
    view.setBigInt64(at + 8, BigInt(values.filter((v) => v === null).length), true);
    view.setBigInt64(at + 24, BigInt(buffers.length), true);
    view.setBigInt64(at + 32, BigInt(children.length), true);
    view.setUint32(at + 40, bufferList, true);
    view.setUint32(at + 44, childList, true);
    return at;
  }

  /** The parts of an array struct. */
  header(at) {
    const view = this.view();
    const word = (list, i) => view.getUint32(list + 4 * i, true);
    const [length, nullCount, offset, buffers, children] = [0, 8, 16, 24, 32].map((o) => Number(view.getBigInt64(at + o, true)));
    const [bufferList, childList] = [word(at + 40, 0), word(at + 44, 0)];
    return {
      length, nullCount, offset,
      buffers: Array.from({ length: buffers }, (_, i) => word(bufferList, i)),
      children: Array.from({ length: children }, (_, i) => word(childList, i)),
    };
  }

  /** The values of an array; `length` rows of it count, all unless told. */
  read(type, at, length = this.header(at).length) {
    const { buffers, children, offset, nullCount } = this.header(at);
    if (offset !== 0) throw new Error(`array at ${at} has offset ${offset}`);
    const isValid = Array.from({ length }, (_, i) => buffers[0] === 0 || this.bit(buffers[0], i));
    const nulls = isValid.filter((v) => !v).length;
    if (nullCount !== -1 && nullCount !== nulls) throw new Error(`null_count ${nullCount}, but ${nulls} nulls`);
    return this.readValues(type, buffers, children, length).map((v, i) => (isValid[i] ? v : null));
  }

  readValues(type, buffers, children, length) {
    const rows = Array.from({ length }, (_, i) => i);
    if (type.struct) {
      const fields = type.struct.fields ?? [];
      if (children.length !== fields.length) throw new Error(`${children.length} children for ${fields.length} fields`);
      const columns = fields.map((f, k) => this.read(f.type, children[k], length));
      return rows.map((i) => Object.fromEntries(fields.map((f, k) => [f.name, columns[k][i]])));
    }
    const view = this.view();
    const offset = (i) => view.getInt32(buffers[1] + 4 * i, true);
    if (type.list) {
      const items = this.read(type.list.item, children[0], length ? offset(length) : 0);
      return rows.map((i) => items.slice(offset(i), offset(i + 1)));
    }
    if (type.scalar === "BOOL") return rows.map((i) => this.bit(buffers[1], i));
    if (type.scalar === "UTF8") return rows.map((i) => this.text(buffers[2] + offset(i), offset(i + 1) - offset(i)));
    const [size, name] = NUMBERS[type.scalar];
    return rows.map((i) => view[`get${name}`](buffers[1] + size * i, true));
  }

  bit(at, i) {
    return ((this.view().getUint8(at + (i >> 3)) >> (i & 7)) & 1) === 1;
  }

  text(at, length) {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(this.bytes(at, length));
  }
}

function bitmap(bits) {
  const bytes = new Uint8Array((bits.length + 7) >> 3);
  bits.forEach((bit, i) => (bytes[i >> 3] |= bit ? 1 << (i & 7) : 0));
  return bytes;
}

/** What lies in a column where its row is null. */
function defaultOf(type) {
  if (type.nullable) return null;
  if (type.struct) return Object.fromEntries((type.struct.fields ?? []).map((f) => [f.name, defaultOf(f.type)]));
  if (type.list) return [];
  if (type.scalar === "UTF8") return "";
  if (type.scalar === "BOOL") return false;
  return type.scalar.endsWith("INT64") ? 0n : 0;
}
