// What of an answer's texts was told. Vendors tell each text in pieces, and whole up to four times more; some leave the pieces
// out, and some number the same text in another way each time. So texts are compared by what they say: all that was told of a
// kind is one text, which every level of whole texts goes through once more.

/** Who tells a text whole: its own event, its part, its item, and the answer in the end. */
export type Level = "text" | "part" | "item" | "answer";
export type TextKind = "text" | "refusal" | "reasoning";

export class ToldTexts {
  readonly #told: Record<TextKind, string> = { text: "", refusal: "", reasoning: "" };
  readonly #read = new Map<string, number>();

  /** A piece. */
  add(kind: TextKind, text: string): void {
    this.#told[kind] += text;
  }

  /** What is new in a whole text. `isTold`: pieces of it are known to have come. */
  rest(kind: TextKind, level: Level, whole: string, isTold: boolean): string {
    const told = this.#told[kind];
    const key = `${level} ${kind}`;
    const before = this.#read.get(key) ?? 0;
    const unread = told.slice(before);
    if (unread.startsWith(whole)) {
      this.#read.set(key, before + whole.length);
      return "";
    }
    this.#read.set(key, told.length);
    if (isTold) return "";
    if (unread.trim() === "") return whole;
    // What was told in other words, such as with other spaces, is not told twice.
    return whole.startsWith(unread) ? whole.slice(unread.length) : "";
  }

  /** `text` was new in a whole one of that level. */
  addWhole(kind: TextKind, level: Level, text: string): void {
    this.add(kind, text);
    this.#read.set(`${level} ${kind}`, this.#told[kind].length);
  }
}
