// Writes messages of Protocol Buffers from their end to their beginning: the length of what is nested is known when its head is written, so
// that nothing is measured first or copied afterwards. Called by otlp-protobuf.ts.
// https://protobuf.dev/programming-guides/encoding/

const firstBytes = 16 * 1024;
/** Longer texts are written by Node itself. */
const shortText = 96;
const range32 = 2 ** 32;

export class BackwardWriter {
  #buffer = Buffer.allocUnsafe(firstBytes);
  /** Of the first byte that is written. */
  #at = firstBytes;

  /** How much is written. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** All of it; the writer begins anew. */
  take(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(this.#at));
    this.#at = this.#buffer.length;
    return bytes;
  }

  /** Behind what it holds: `length` as it was before that. */
  nested(field: number, lengthBefore: number): void {
    this.varint(this.length - lengthBefore);
    this.#tag(field, 2);
  }

  text(field: number, value: string): void {
    const before = this.length;
    this.#write(value);
    this.nested(field, before);
  }

  bytes(field: number, value: Uint8Array): void {
    this.raw(value);
    this.varint(value.length);
    this.#tag(field, 2);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#buffer.set(value, this.#at);
  }

  /** Of a text of hexadecimal digits. */
  hex(field: number, digits: string): void {
    const count = digits.length / 2;
    this.#reserve(count);
    this.#at -= count;
    const [buffer, at] = [this.#buffer, this.#at];
    for (let index = 0; index < count; index += 1) {
      const [high, low] = [digits.charCodeAt(index * 2), digits.charCodeAt(index * 2 + 1)];
      buffer[at + index] = valueOf(high) * 16 + valueOf(low);
    }
    this.varint(count);
    this.#tag(field, 2);
  }

  integer(field: number, value: number): void {
    this.varint(value);
    this.#tag(field, 0);
  }

  double(field: number, value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
    this.#tag(field, 1);
  }

  fixed32(field: number, value: number): void {
    this.#reserve(4);
    this.#at -= 4;
    this.#buffer.writeUInt32LE(value, this.#at);
    this.#tag(field, 5);
  }

  fixed64(field: number, high: number, low: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeUInt32LE(low, this.#at);
    this.#buffer.writeUInt32LE(high, this.#at + 4);
    this.#tag(field, 1);
  }

  /** Whole, and exact up to 2^53; below zero it takes ten bytes. */
  varint(value: number): void {
    if (value >= 0 && value < 0x80) {
      this.#reserve(1);
      this.#buffer[(this.#at -= 1)] = value;
      return;
    }
    if (value < 0) return this.#negative(value);
    let count = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) count += 1;
    this.#reserve(count);
    this.#at -= count;
    let rest = value;
    for (let index = 0; index < count; index += 1) {
      const isLast = index === count - 1;
      this.#buffer[this.#at + index] = (rest % 0x80) + (isLast ? 0 : 0x80);
      rest = Math.floor(rest / 0x80);
    }
  }

  #negative(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    this.raw(Uint8Array.from(bytes));
  }

  #tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  /** Short texts are plain letters as a rule, which are written faster here than by a call of Node's own. */
  #write(value: string): void {
    const { length } = value;
    if (length <= shortText) {
      this.#reserve(length);
      const [buffer, from] = [this.#buffer, this.#at - length];
      let index = 0;
      for (; index < length; index += 1) {
        const code = value.charCodeAt(index);
        if (code >= 0x80) break;
        buffer[from + index] = code;
      }
      if (index === length) {
        this.#at = from;
        return;
      }
    }
    const bytes = Buffer.byteLength(value);
    this.#reserve(bytes);
    this.#at -= bytes;
    this.#buffer.write(value, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at >= bytes) return;
    const { length } = this;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, length + bytes));
    grown.set(this.#buffer.subarray(this.#at), grown.length - length);
    this.#at = grown.length - length;
    this.#buffer = grown;
  }
}

/** Of a hexadecimal digit in lower case. */
function valueOf(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}

/** Epoch ms, fractions included, as nanoseconds in two halves of 64 bits. */
export function nanosOf(ms: number): { readonly high: number; readonly low: number } {
  const seconds = Math.floor(ms / 1_000);
  const rest = Math.round((ms - seconds * 1_000) * 1e6);
  // A product of both would lose its last digits: it is made of parts that do not.
  const upper = Math.floor(seconds / 0x10000) * 1e9;
  const lower = (seconds % 0x10000) * 1e9 + rest;
  const shifted = (upper % 0x10000) * 0x10000 + (lower % range32);
  const carry = Math.floor(shifted / range32);
  return { high: Math.floor(upper / 0x10000) + Math.floor(lower / range32) + carry, low: shifted % range32 };
}
