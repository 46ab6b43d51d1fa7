import type { Restoration, TextRestorer } from "@ghostllm/llm";
import { hashLength, placeholderWords } from "./placeholders.ts";

/** Placeholder -> the text of this request for which it stands. */
export type Placeholders = ReadonlyMap<string, string>;

const words = Object.values(placeholderWords).join("|");
/** What a model may write between the word and the rest: as it was told, as Markdown escapes it, or as it likes. */
const joint = String.raw`(?:\\?_|[ -])?`;

/** Longer than any placeholder in any of these forms. */
const longest = Math.max(...Object.values(placeholderWords).map(({ length }) => length)) + 2 + hashLength;

/** Makes placeholders texts again, as long as they stand for texts of this very request; all others are left as they are. */
export class Restorer implements TextRestorer {
  readonly #texts = new Map<string, string>();
  readonly #beginnings = new Set<string>();
  readonly #pattern = new RegExp(`(?<![A-Za-z0-9])(?:${words})${joint}[0-9A-Za-z]{${hashLength}}`, "gi");

  constructor(placeholders: Placeholders) {
    for (const [placeholder, text] of placeholders) {
      const plain = plainForm(placeholder);
      this.#texts.set(plain, text);
      for (let length = 1; length < plain.length; length += 1) this.#beginnings.add(plain.slice(0, length));
    }
  }

  find(text: string): readonly Restoration[] {
    const found: Restoration[] = [];
    for (const match of text.matchAll(this.#pattern)) {
      const original = this.#texts.get(plainForm(match[0]));
      if (original !== undefined)
        found.push({ start: match.index, end: match.index + match[0].length, text: original });
    }
    return found;
  }

  openFrom(text: string): number {
    for (let start = Math.max(0, text.length - longest); start < text.length; start += 1) {
      if (start > 0 && isAlphanumeric(text.charCodeAt(start - 1))) continue;
      if (this.#beginnings.has(plainForm(text.slice(start)))) return start;
    }
    return text.length;
  }
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** The same for all forms of a placeholder: letters and digits. */
function plainForm(written: string): string {
  return written.replace(/\\?_|[ \\-]/, "").toUpperCase();
}
