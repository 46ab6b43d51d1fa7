// Patterns of operators. They are matched by an engine whose time is linear in the text, whatever pattern somebody writes.

import { RE2JS } from "re2js";
import type { OwnPattern } from "./policy.ts";

export interface PatternSpan {
  readonly start: number;
  readonly end: number;
  readonly pattern: OwnPattern;
}

/** Why it cannot be used; null where it can. */
export function faultOf(pattern: string): string | null {
  try {
    return RE2JS.compile(pattern).matches("") || RE2JS.compile(pattern).testExact("")
      ? "It matches the empty text."
      : null;
  } catch (error) {
    return error instanceof Error ? error.message : "It is no pattern.";
  }
}

export type PatternFinder = (text: string) => readonly PatternSpan[];

export function finderOf(patterns: readonly OwnPattern[]): PatternFinder {
  const wanted = patterns.filter(({ action }) => action !== "allow");
  const compiled = wanted.map((pattern) => ({ pattern, machine: RE2JS.compile(pattern.pattern) }));
  return (text) => compiled.flatMap(({ pattern, machine }) => spansOf(text, machine, pattern));
}

function spansOf(text: string, machine: RE2JS, pattern: OwnPattern): readonly PatternSpan[] {
  const spans: PatternSpan[] = [];
  const matcher = machine.matcher(text);
  while (matcher.find()) {
    if (matcher.end() > matcher.start()) spans.push({ start: matcher.start(), end: matcher.end(), pattern });
  }
  return spans;
}
