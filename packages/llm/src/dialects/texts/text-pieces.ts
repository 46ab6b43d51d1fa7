// The pieces in which a text comes, each of which is told as its own, however what is found lies across them.

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

/** Those that are not told yet, in their order. */
export class TextPieces {
  #pieces: HeldPiece[] = [];

  add(piece: HeldPiece): void {
    this.#pieces.push(piece);
  }

  /** As it came, each part within its own piece. */
  pass(text: string): void {
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

  /** In place of so many characters: in the piece in which these begin; the others lose what they had of them. */
  put(text: string, length: number): void {
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
