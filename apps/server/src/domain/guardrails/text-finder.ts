// Finds what a check describes in a text, in a time that is linear in its length: words are looked for by an expression that has nothing
// in it that could go back, patterns by an engine that cannot (docs/decisions/0067).

import { finderOf as patternFinderOf } from "#domain/privacy/own-patterns.ts";
import type { TextCheck } from "./guardrail.ts";

export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

export type SpanFinder = (text: string) => readonly TextSpan[];

const finders = new WeakMap<TextCheck, SpanFinder>();

/** A check is compiled once: the snapshot has one object of it for all requests. */
export function finderOf(check: TextCheck): SpanFinder {
  let finder = finders.get(check);
  if (finder === undefined) finders.set(check, (finder = compile(check)));
  return finder;
}

/** What is found in streams is never longer. */
export function windowOf({ words, patterns, window }: TextCheck): number {
  const longest = Math.max(0, ...words.map(({ length }) => length));
  return patterns.length === 0 ? longest : Math.max(longest, window);
}

function compile({ words, wholeWords, patterns }: TextCheck): SpanFinder {
  const expression = words.length === 0 ? null : expressionOf(words, wholeWords);
  const findPatterns = patternFinderOf(patterns.map((pattern) => ({ name: "", pattern, action: "mask" })));
  return (text) => {
    const found = expression === null ? [] : Array.from(text.matchAll(expression), spanOf);
    const spans: readonly TextSpan[] = [...found, ...findPatterns(text)];
    return spans.length > 1 ? withoutOverlaps(spans) : spans;
  };
}

/** The longest first, so that what is longer is found whole. */
function expressionOf(words: readonly string[], wholeWords: boolean): RegExp {
  const any = [...words]
    .toSorted((left, right) => right.length - left.length)
    .map((word) => escaped(word))
    .join("|");
  const [before, behind] = wholeWords ? [String.raw`(?<![\p{L}\p{N}_])`, String.raw`(?![\p{L}\p{N}_])`] : ["", ""];
  return new RegExp(`${before}(?:${any})${behind}`, "giu");
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

function spanOf({ index, 0: found }: RegExpExecArray): TextSpan {
  return { start: index, end: index + found.length };
}

/** What overlaps is one. */
function withoutOverlaps(spans: readonly TextSpan[]): readonly TextSpan[] {
  const joined: TextSpan[] = [];
  for (const span of spans.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
    const last = joined.at(-1);
    if (last === undefined || last.end <= span.start) joined.push(span);
    else if (span.end > last.end) joined.splice(-1, 1, { start: last.start, end: span.end });
  }
  return joined;
}
