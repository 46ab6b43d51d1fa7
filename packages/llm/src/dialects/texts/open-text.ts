import { asWithinDocument, plainly } from "./text-restorer.ts";
import type { TextRestorer } from "./text-restorer.ts";

/** A piece of a text on its way: what it is made grows until all of it is known. */
export class HeldPiece {
  told = "";
  /** Of what came, so much is not told yet. */
  left: number;
  readonly text: string;

  constructor(text: string) {
    this.text = text;
    this.left = text.length;
  }

  get isSettled(): boolean {
    return this.left === 0;
  }
}

/** A text that comes in pieces, and is told as somebody wants it told. */
export interface TextInPieces {
  add(text: string): HeldPiece;
  /** Nothing more comes, or nobody waits for it. */
  close(): void;
}

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
  #pieces: HeldPiece[] = [];
  /** How a text is written here: within a document its quotes are escaped. */
  #write: ((text: string) => string) | null = null;

  constructor(restorer: TextRestorer) {
    this.#restorer = restorer;
  }

  add(text: string): HeldPiece {
    const piece = new HeldPiece(text);
    if (text === "") return piece;
    this.#pieces.push(piece);
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
      this.#pass(text.slice(from, found.start));
      this.#put(write(found.text), found.end - found.start);
      from = found.end;
    }
    this.#pass(text.slice(from));
    if (text !== "") this.#before = /[A-Za-z0-9]$/.test(text) ? "x" : " ";
    this.#text = this.#text.slice(end);
  }

  /** As it came, each part within its own piece. */
  #pass(text: string): void {
    let from = 0;
    while (from < text.length) {
      const [piece] = this.#pieces;
      if (piece === undefined) return;
      const part = text.slice(from, from + piece.left);
      piece.told += part;
      from += part.length;
      this.#take(part.length);
    }
  }

  /** In the piece in which it begins; the others lose what they had of it. */
  #put(text: string, length: number): void {
    const [piece] = this.#pieces;
    if (piece !== undefined) piece.told += text;
    this.#take(length);
  }

  #take(length: number): void {
    let rest = length;
    for (let [piece] = this.#pieces; piece !== undefined && rest > 0; [piece] = this.#pieces) {
      const taken = Math.min(rest, piece.left);
      piece.left -= taken;
      rest -= taken;
      if (piece.left === 0) this.#pieces.shift();
    }
  }
}

/** Null as long as nothing but spaces has come. */
function writerFor(text: string): ((text: string) => string) | null {
  const first = text.trimStart().charAt(0);
  if (first === "") return null;
  return first === "{" || first === "[" ? asWithinDocument : plainly;
}
