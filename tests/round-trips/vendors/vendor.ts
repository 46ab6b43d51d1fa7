import { isDeepStrictEqual } from "node:util";
import { turns } from "../plan.ts";
import type { PlannedCall } from "../plan.ts";

export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly contentType: string;
  readonly text: string;
}

/** A vendor that refuses what the real one would. */
export interface StrictVendor {
  /** The dialect it speaks, and `provider_type`. */
  readonly format: string;
  readonly provider: string;
  readonly model: string;
  /** What is wrong with the request of this turn; empty for none. */
  faultsOf(body: Json, turn: number): readonly string[];
  /** `turn` counts from 0; behind the last planned one comes the final text. */
  answer(turn: number, stream: boolean): Answer;
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

export function json(value: unknown): Answer {
  return { contentType: "application/json", text: JSON.stringify(value) };
}

/** Collects faults in words. */
export class Faults {
  readonly found: string[] = [];

  must(holds: boolean, fault: string): void {
    if (!holds) this.found.push(fault);
  }

  same(actual: unknown, expected: unknown, what: string): void {
    if (isDeepStrictEqual(actual, expected)) return;
    this.found.push(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
  }
}

export function plannedCalls(turn: number): readonly PlannedCall[] {
  return turns[turn]?.calls ?? [];
}

/** Of the `turn`-th turn's `at`-th call, as vendors make them. */
export function idOf(prefix: string, turn: number, at: number): string {
  return `${prefix}${turn}Abc${at}`;
}

/** A text in pieces, with a cut in the middle of a character's surrogates and of escapes. */
export function pieces(text: string): readonly string[] {
  const size = 5;
  return Array.from({ length: Math.ceil(text.length / size) }, (_, at) => {
    return text.slice(at * size, (at + 1) * size);
  }).reduce<string[]>((parts, piece) => {
    // JSON holds no half of a surrogate pair.
    const last = parts.at(-1);
    if (last !== undefined && !last.isWellFormed()) parts[parts.length - 1] = last + piece;
    else parts.push(piece);
    return parts;
  }, []);
}
