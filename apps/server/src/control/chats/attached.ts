// Pictures, sounds and files that stand in messages as Base64: they are taken out, and put back byte for byte. What vendors seal looks alike, and
// stays where it is: a picture is known by its first bytes, or by what the URL around it says.

import { createHash } from "node:crypto";

/** A text with gaps, and the ids of what belongs into them. */
export interface GappedText {
  readonly pieces: readonly string[];
  readonly attached: readonly string[];
}

export interface TakenOut extends GappedText {
  /** By id. */
  readonly texts: ReadonlyMap<string, string>;
}

/** PNG, JPEG, GIF, RIFF (WebP, WAV), PDF, MP3, and what is of the family of MP4. */
const begins = /^(?:iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|JVBERi0|SUQz|AAAA[A-Z])/;
/** A long text of Base64 between two quotes, with the beginning of a URL that holds data. */
const long = /"(data:[\w.+/;=-]{1,100};base64,)?([A-Za-z0-9+/=_-]{2048,})"/g;

export function takeOut(message: string, userId: string): TakenOut {
  const [pieces, attached, texts]: [string[], string[], Map<string, string>] = [[], [], new Map()];
  let from = 0;
  for (const { index, 1: head = "", 2: data = "" } of message.matchAll(long)) {
    if (head === "" && !begins.test(data)) continue;
    const start = index + 1 + head.length;
    const id = idOf(data, userId);
    pieces.push(message.slice(from, start));
    attached.push(id);
    texts.set(id, data);
    from = start + data.length;
  }
  return { pieces: [...pieces, message.slice(from)], attached, texts };
}

/** Null where something of it is not there. */
export function putBack({ pieces, attached }: GappedText, texts: ReadonlyMap<string, string>): string | null {
  let message = "";
  for (const [place, piece] of pieces.entries()) {
    message += piece;
    const id = attached[place];
    if (id === undefined) continue;
    const text = texts.get(id);
    if (text === undefined) return null;
    message += text;
  }
  return message;
}

/** Of its user: nobody finds out whether another one has the same. */
function idOf(data: string, userId: string): string {
  return createHash("sha256").update(`${userId}\n${data}`).digest("hex");
}
