// Aliases whose name has a star: which names they answer to, and what their targets are asked for then. Pure.

import type { AliasPattern } from "./snapshot.ts";

export const star = "*";

export interface Matched {
  readonly pattern: AliasPattern;
  /** What the star stands for: one character at least. */
  readonly stood: string;
}

export function isPattern(name: string): boolean {
  return name.includes(star);
}

export function matchOf(patterns: readonly AliasPattern[], name: string): Matched | null {
  for (const pattern of patterns) {
    const stood = standing(pattern.alias.name, name);
    if (stood !== null) return { pattern, stood };
  }
  return null;
}

function standing(pattern: string, name: string): string | null {
  const at = pattern.indexOf(star);
  const [head, tail] = [pattern.slice(0, at), pattern.slice(at + 1)];
  if (name.length <= head.length + tail.length || !name.startsWith(head) || !name.endsWith(tail)) return null;
  return name.slice(head.length, name.length - tail.length);
}

export function filled(model: string, stood: string): string {
  return model.replace(star, () => stood);
}

/** Whoever says more of a name comes first; of equals that whose beginning is longer. */
export function bySaying({ alias: one }: AliasPattern, { alias: other }: AliasPattern): number {
  const byLength = other.name.length - one.name.length || other.name.indexOf(star) - one.name.indexOf(star);
  return byLength || (one.name < other.name ? -1 : 1);
}
