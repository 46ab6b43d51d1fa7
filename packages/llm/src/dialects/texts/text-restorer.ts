/** What a text is to be made where it holds something that stands for another one. */
export interface TextRestorer {
  /** In the order of the text, none within another. */
  find(text: string): readonly Restoration[];
  /** From where on the text may be the beginning of such a thing; its length where it ends with none. */
  openFrom(text: string): number;
}

export interface Restoration {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** All of a text, of which nothing more comes. Null where nothing is to be restored. */
export function restored(text: string, restorer: TextRestorer, write = plainly): string | null {
  const found = restorer.find(text);
  if (found.length === 0) return null;
  let told = "";
  let from = 0;
  for (const { start, end, text: original } of found) {
    told += text.slice(from, start) + write(original);
    from = end;
  }
  return told + text.slice(from);
}

export function plainly(text: string): string {
  return text;
}

/** Within a document that is told as a text. */
export function asWithinDocument(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
