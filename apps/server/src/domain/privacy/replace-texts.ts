// Puts into a text what stands for what was found in it, and for what was found elsewhere in the same request: a number that is a
// phone's by the words around it in one message stands in another one without them.

import { isWordPart } from "./detect/characters.ts";
import type { FoundText } from "./found-texts.ts";

export type Replacement = readonly [text: string, put: string];

interface Span {
  readonly start: number;
  readonly end: number;
  readonly put: string;
}

/** So many characters are searched for each text that is known, in one text: more would take longer than it is worth. */
const mostSearched = 4_000_000;

/** Null where the text stays. The longest replacements come first. */
export function replaceTexts(
  text: string,
  found: readonly FoundText[],
  replacements: readonly Replacement[],
): string | null {
  const known = new Map(replacements);
  const spans: Span[] = [];
  for (const { start, end } of found) {
    const put = known.get(text.slice(start, end));
    if (put !== undefined) spans.push({ start, end, put });
  }
  addRepeated(spans, text, replacements);
  return spans.length === 0 ? null : written(text, spans);
}

function addRepeated(spans: Span[], text: string, replacements: readonly Replacement[]): void {
  if (text.length * replacements.length > mostSearched) return;
  for (const [original, put] of replacements) {
    if (original.length > text.length) continue;
    for (let at = text.indexOf(original); at >= 0; at = text.indexOf(original, at + original.length)) {
      const end = at + original.length;
      if (standsAlone(text, at, end) && spans.every((span) => span.end <= at || span.start >= end))
        spans.push({ start: at, end, put });
    }
  }
}

/** It is no part of a longer word or number. */
function standsAlone(text: string, start: number, end: number): boolean {
  const isBegun = start > 0 && isWordPart(text.charCodeAt(start - 1)) && isWordPart(text.charCodeAt(start));
  const goesOn = end < text.length && isWordPart(text.charCodeAt(end)) && isWordPart(text.charCodeAt(end - 1));
  return !isBegun && !goesOn && !/^[.-][0-9]/.test(text.slice(end, end + 2));
}

function written(text: string, spans: readonly Span[]): string {
  let told = "";
  let from = 0;
  for (const { start, end, put } of [...spans].sort((a, b) => a.start - b.start)) {
    told += text.slice(from, start) + put;
    from = end;
  }
  return told + text.slice(from);
}
