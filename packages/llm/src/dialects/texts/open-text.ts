import { HeldPiece, TextPieces } from "./text-pieces.ts";
import type { TextInPieces } from "./text-pieces.ts";
import { asWithinDocument, plainly } from "./text-restorer.ts";
import type { TextRestorer } from "./text-restorer.ts";

/**
 * A text that comes in pieces. What may be the beginning of something that is to be restored is held until more of it has come,
 * which is never more than the length of that.
 */
export class OpenText implements TextInPieces {
  readonly #restorer: TextRestorer;
  /** Stands for the character before the text, which may be of a word that goes on: nothing that is looked for begins with it. */
  #before = "";
  /** Not told yet: all of it is of the pieces below. */
  #text = "";
  readonly #pieces = new TextPieces();
  /** How a text is written here: within a document its quotes are escaped. */
  #write: ((text: string) => string) | null = null;

  constructor(restorer: TextRestorer) {
    this.#restorer = restorer;
  }

  add(text: string): HeldPiece {
    const piece = new HeldPiece(text);
    if (text === "") return piece;
    this.#pieces.add(piece);
    this.#text += text;
    this.#write ??= writerFor(text);
    this.#tell(Math.max(0, this.#restorer.openFrom(this.#before + this.#text) - this.#before.length));
    return piece;
  }

  /** Nothing more comes, or nobody waits for it. */
  close(): void {
    this.#tell(this.#text.length);
  }

  #tell(end: number): void {
    const write = this.#write ?? plainly;
    const text = this.#before + this.#text.slice(0, end);
    let from = this.#before.length;
    for (const found of this.#restorer.find(text)) {
      this.#pieces.pass(text.slice(from, found.start));
      this.#pieces.put(write(found.text), found.end - found.start);
      from = found.end;
    }
    this.#pieces.pass(text.slice(from));
    if (text !== "") this.#before = /[A-Za-z0-9]$/.test(text) ? "x" : " ";
    this.#text = this.#text.slice(end);
  }
}

/** Null as long as nothing but spaces has come. */
function writerFor(text: string): ((text: string) => string) | null {
  const first = text.trimStart().charAt(0);
  if (first === "") return null;
  return first === "{" || first === "[" ? asWithinDocument : plainly;
}
