// Where a text and what comes behind it meet. Models are asked to go on with a text that does not end with spaces, since some refuse one that
// does, and some tell all of it again.

export class Joint {
  /** What is left out where the rest begins with it, one behind the other. */
  readonly #overlaps: string[];
  #held = "";

  constructor(told: string, prefill: "continues" | "repeats") {
    const text = told.trimEnd();
    const overlaps = prefill === "repeats" ? [text, told.slice(text.length)] : [told.slice(text.length)];
    this.#overlaps = overlaps.filter((overlap) => overlap !== "");
  }

  /** Of the rest, what is to be told now: held is what may still be an overlap. */
  push(text: string): string {
    this.#held += text;
    for (let [overlap] = this.#overlaps; overlap !== undefined; [overlap] = this.#overlaps) {
      if (this.#held.length < overlap.length && overlap.startsWith(this.#held)) return "";
      if (this.#held.startsWith(overlap)) this.#held = this.#held.slice(overlap.length);
      this.#overlaps.shift();
    }
    return this.rest();
  }

  /** No more text comes. */
  rest(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }
}
