// A text of a request without the pictures, sounds and files that stand in it as Base64: of these the sizes are kept.
// Its time is that of finding quotes: what is long is skipped by one search.

export interface TextWithoutData {
  readonly text: Buffer;
  readonly isCut: boolean;
  readonly leftOut: number;
}

const quote = 0x22;
const backslash = 0x5c;
/** What is shorter is kept: a token, a hash or an id may look like it. */
const shortest = 2_048;
/** By its beginning and its end it is known. */
const sample = 256;
const ofData = /^[A-Za-z0-9+/_=\\-]*$/;
const beginsAsData = /^(?:data:[\w.+-]{1,80}\/?[\w.+-]{0,80}(?:;[\w=.-]{1,60}){0,4};base64,)?[A-Za-z0-9+/_=\\-]*$/;

/** The first `mostBytes` of it. */
export function withoutData(whole: Buffer, mostBytes: number): TextWithoutData {
  const pieces: Buffer[] = [];
  let [length, from, leftOut] = [0, 0, 0];
  const add = (piece: Buffer): void => {
    pieces.push(piece);
    length += piece.length;
  };
  for (let at = whole.indexOf(quote); at >= 0 && length + (at - from) < mostBytes;) {
    const next = whole.indexOf(quote, at + 1);
    const end = next < 0 ? whole.length : next;
    if (isData(whole, at + 1, end)) {
      add(whole.subarray(from, at + 1));
      add(Buffer.from(`[${end - at - 1} bytes]`));
      leftOut += 1;
      from = end;
    }
    at = next;
  }
  add(whole.subarray(from, from + Math.max(0, mostBytes - length + 1)));
  const kept = joined(pieces, length);
  const isCut = length > mostBytes;
  return { text: isCut ? wellFormed(kept, mostBytes) : kept, isCut, leftOut };
}

/** Between two quotes. */
function isData(whole: Buffer, start: number, end: number): boolean {
  if (end - start < shortest) return false;
  if (!ofData.test(whole.toString("latin1", end - sample, end))) return false;
  return beginsAsData.test(whole.toString("latin1", start, start + sample));
}

/** In memory of its own, which is kept for a while and crosses to other threads. */
function joined(pieces: readonly Buffer[], length: number): Buffer {
  const whole = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const piece of pieces) at += piece.copy(whole, at);
  return whole;
}

/** Without the beginning of a character that does not end. */
function wellFormed(text: Buffer, most: number): Buffer {
  let end = most;
  while (end > most - 4 && ((text[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  // An escape that is cut would be told as another character.
  return text[end - 1] === backslash ? text.subarray(0, end - 1) : text.subarray(0, end);
}
