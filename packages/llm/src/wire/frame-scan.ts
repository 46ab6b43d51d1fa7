// One look at every byte of a stream that passes, which every chunk of every stream costs: are its frames of the plainest
// form, so that every client can read them as they are, and do they hold a word that must be read?

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const brace = 0x7b;
const space = 0x20;
const colon = 0x3a;

/** A member's name or a word. A string within JSON cannot hold it in plain quotes, so that none is missed. */
export interface Sign {
  readonly word: string;
  /** A value with which the member says nothing. */
  readonly unless?: "null" | "false";
  /** Which bit of a scan's result says that it is there. 1 unless told. */
  readonly bit?: number;
}

interface SignBytes {
  readonly word: Buffer;
  readonly unless: Buffer | null;
  readonly bit: number;
}

/** Beside the bits of the signs: frames are of another form than one line of an object. */
export const oddFrames = 0x80;

/** Looks for all signs at once: a pass for each of them would cost more than all else that is done for a chunk. */
export class FrameScanner {
  /** By the first byte of the word. */
  readonly #signs: (readonly SignBytes[] | undefined)[] = Array.from({ length: 256 });
  readonly #takesNames: boolean;

  /** `takesNames`: an event may have a name in a line before its data. */
  constructor(signs: readonly Sign[], takesNames: boolean) {
    this.#takesNames = takesNames;
    for (const { word, unless, bit = 1 } of signs) {
      const first = word.charCodeAt(0);
      const sign = { word: Buffer.from(`${word}"`), unless: unless === undefined ? null : Buffer.from(unless), bit };
      this.#signs[first] = [...(this.#signs[first] ?? []), sign];
    }
  }

  scan(bytes: Buffer): number {
    let found = 0;
    let lineStart = 0;
    let form: FrameForm = FrameForm.Start;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === quote) {
        const signs = this.#signs[bytes[at + 1] ?? 0];
        if (signs !== undefined) found |= bitsAt(bytes, at + 1, signs);
      } else if (byte === lineFeed) {
        form = this.#nextForm(bytes, lineStart, at, form);
        lineStart = at + 1;
      }
    }
    return form === FrameForm.Start && lineStart === bytes.length ? found : found | oddFrames;
  }

  #nextForm(bytes: Buffer, start: number, end: number, form: FrameForm): FrameForm {
    if (form === FrameForm.Odd) return form;
    const isEmpty = end === start || (end === start + 1 && bytes[start] === carriageReturn);
    if (form === FrameForm.Data && isEmpty) return FrameForm.Start;
    if (form !== FrameForm.Data && startsWith(bytes, start, dataStart)) return FrameForm.Data;
    const isName = this.#takesNames && form !== FrameForm.Name && startsWith(bytes, start, nameStart);
    // The data of an event of that name may hold none of the signs.
    if (isName && startsWith(bytes, start + nameStart.length, errorName)) return FrameForm.Odd;
    if (!isName) return FrameForm.Odd;
    // Amazon writes the name behind the data.
    return form === FrameForm.Data ? FrameForm.Data : FrameForm.Name;
  }
}

/** Where in a frame a line ended. */
const FrameForm = { Start: 0, Name: 1, Data: 2, Odd: 3 } as const;
type FrameForm = (typeof FrameForm)[keyof typeof FrameForm];

const dataStart = Buffer.from("data: {");
const nameStart = Buffer.from("event: ");
const errorName = Buffer.from("error");

function startsWith(bytes: Buffer, at: number, start: Buffer): boolean {
  for (let index = 0; index < start.length; index += 1) if (bytes[at + index] !== start[index]) return false;
  return true;
}

function bitsAt(bytes: Buffer, at: number, signs: readonly SignBytes[]): number {
  let found = 0;
  for (const { word, unless, bit } of signs) {
    if (startsWith(bytes, at, word) && !(unless !== null && hasValue(bytes, at + word.length, unless))) found |= bit;
  }
  return found;
}

function hasValue(bytes: Buffer, behindName: number, value: Buffer): boolean {
  let at = behindName;
  while (bytes[at] === space) at += 1;
  if (bytes[at] !== colon) return false;
  at += 1;
  while (bytes[at] === space) at += 1;
  return startsWith(bytes, at, value);
}

/** Does a body begin as a document of JSON, instead of as a stream of events? */
export function startsAsDocument(bytes: Buffer): boolean {
  const first = bytes.find((byte) => byte !== space && byte !== lineFeed && byte !== carriageReturn);
  return first === brace || first === 0x5b;
}
