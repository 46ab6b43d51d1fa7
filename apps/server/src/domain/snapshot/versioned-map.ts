// A map that never changes: `with` makes the next one, which shares with it all that stayed the same. A large map costs as much
// to look something up in as one of JavaScript's, and a change of one entry as much as copying some thousandth of it.

/** Enough that a slice of a million entries is copied in microseconds, and few enough that the list of slices is, too. */
const slices = 4096;

export class VersionedMap<Value> implements Iterable<readonly [string, Value]> {
  /** Entries by a part of their name. */
  readonly #slices: readonly (ReadonlyMap<string, Value> | undefined)[];
  readonly size: number;

  private constructor(from: readonly (ReadonlyMap<string, Value> | undefined)[], size: number) {
    this.#slices = from;
    this.size = size;
  }

  static empty<Value>(): VersionedMap<Value> {
    return new VersionedMap<Value>(
      Array.from({ length: slices }, () => undefined),
      0,
    );
  }

  get(name: string): Value | undefined {
    return this.#slices[sliceOf(name)]?.get(name);
  }

  has(name: string): boolean {
    return this.#slices[sliceOf(name)]?.has(name) ?? false;
  }

  /** Undefined: without it. */
  with(changes: ReadonlyMap<string, Value | undefined>): VersionedMap<Value> {
    if (changes.size === 0) return this;
    const next = this.#slices.slice();
    const copied = new Map<number, Map<string, Value>>();
    let { size } = this;
    for (const [name, value] of changes) {
      const at = sliceOf(name);
      const slice = copied.get(at) ?? new Map(next[at]);
      copied.set(at, slice);
      next[at] = slice;
      size -= slice.size;
      if (value === undefined) slice.delete(name);
      else slice.set(name, value);
      size += slice.size;
    }
    return new VersionedMap(next, size);
  }

  *[Symbol.iterator](): Iterator<readonly [string, Value]> {
    for (const slice of this.#slices) if (slice !== undefined) yield* slice;
  }
}

/** By its last three digits, which are chance in a hash and in an id alike. */
function sliceOf(name: string): number {
  const last = name.length - 1;
  const [high, middle, low] = [name.charCodeAt(last - 2), name.charCodeAt(last - 1), name.charCodeAt(last)];
  return ((digit(high) << 8) | (digit(middle) << 4) | digit(low)) & (slices - 1);
}

/** Of the code of a lower-case hexadecimal digit; for any other, some number. */
function digit(code: number): number {
  return (code & 15) + (code >> 6) * 9;
}
