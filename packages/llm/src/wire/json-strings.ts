// Where strings begin and end in the bytes of a JSON document. Short ones are gone through byte by byte, since a call into native code
// costs as much as a look at so many bytes; what is longer is searched, which costs next to nothing by the byte.

const quote = 0x22;
const backslash = 0x5c;

const shortString = 48;

/** Behind the quotation mark that ends the string whose text begins at `from`; -1 where it does not end. */
export function endOfString(json: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const near = Math.min(json.length, at + shortString);
    while (at < near) {
      const byte = json[at];
      if (byte === quote) return at + 1;
      at += byte === backslash ? 2 : 1;
    }
    if (at >= json.length) return -1;
    const found = json.indexOf(quote, at);
    if (found < 0) return -1;
    if (!isEscaped(json, found, at)) return found + 1;
    at = found + 1;
  }
}

/** `from` is the first byte that may begin an escape. */
function isEscaped(json: Buffer, at: number, from: number): boolean {
  let start = at;
  while (start > from && json[start - 1] === backslash) start -= 1;
  return (at - start) % 2 === 1;
}

const shortGap = 24;

/** The next quotation mark from there on, as between two strings; -1 where there is none. */
export function nextQuote(json: Buffer, from: number): number {
  const near = Math.min(json.length, from + shortGap);
  for (let at = from; at < near; at += 1) if (json[at] === quote) return at;
  return near === json.length ? -1 : json.indexOf(quote, near);
}

/** From here on it is worth remembering where the strings are: several questions are asked about one body, which nobody changes. */
const largeBytes = 4_096;

const known = new WeakMap<Buffer, Uint32Array>();

/** Is one of the strings such? `at` is where its text begins. Names of members are strings as well. */
export function someString(json: Buffer, isSuch: (at: number) => boolean): boolean {
  if (json.length < largeBytes) {
    for (let at = nextQuote(json, 0); at >= 0;) {
      if (isSuch(at + 1)) return true;
      const end = endOfString(json, at + 1);
      at = end < 0 ? -1 : nextQuote(json, end);
    }
    return false;
  }
  let starts = known.get(json);
  if (starts === undefined) known.set(json, (starts = startsOf(json)));
  for (const at of starts) if (isSuch(at)) return true;
  return false;
}

function startsOf(json: Buffer): Uint32Array {
  let starts = new Uint32Array(1_024);
  let count = 0;
  for (let at = nextQuote(json, 0); at >= 0;) {
    if (count === starts.length) starts = twiceAsLarge(starts);
    starts[count++] = at + 1;
    const end = endOfString(json, at + 1);
    at = end < 0 ? -1 : nextQuote(json, end);
  }
  return starts.subarray(0, count);
}

function twiceAsLarge(list: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(list.length * 2);
  larger.set(list);
  return larger;
}
