// Holds texts to the checks that can be made here: what they find, and what the texts become. Used on the event loop, and in the heavy
// work's thread where texts are large. Invariant: what is told of it, to anybody, is which checks found something, and never a text.

import type { FoundText, TextWatch } from "@ghostllm/llm";
import type { Guardrail, SizeCheck, TextCheck } from "./guardrail.ts";
import { finderOf, windowOf } from "./text-finder.ts";
import type { SpanFinder } from "./text-finder.ts";

/** Of those that were given, by their place: which have found something. */
export type Hits = readonly number[];

interface Finding {
  readonly place: number;
  readonly find: SpanFinder;
  readonly put: string | null;
  readonly isBlocking: boolean;
}

interface Limit {
  readonly place: number;
  readonly most: number;
  readonly isBlocking: boolean;
}

/** Rough, and the same for what is asked and what is told while nobody has counted. */
const charactersPerToken = 4;

export class TextLook implements TextWatch {
  readonly window: number;
  isStopped = false;
  /** Somebody else looks at the texts of a stream, too. */
  onText: ((text: string, of: object) => void) | null = null;
  readonly #findings: readonly Finding[];
  readonly #limits: readonly Limit[];
  readonly #hits = new Set<number>();
  /** What was found and is not noted yet, by whom. */
  #foundBy = new WeakMap<FoundText, number>();
  #characters = 0;

  constructor(guardrails: readonly Guardrail[]) {
    const texts = guardrails.flatMap((one, place) =>
      one.check.kind === "text" ? [{ ...one, check: one.check, place }] : [],
    );
    this.#findings = texts.map(findingOf);
    this.#limits = guardrails.flatMap(limitsOf);
    this.window = Math.max(0, ...texts.map(({ check }) => windowOf(check)));
  }

  get hits(): Hits {
    return [...this.#hits];
  }

  find(text: string): readonly FoundText[] {
    const all: FoundText[] = [];
    for (const { place, find, put } of this.#findings)
      for (const { start, end } of find(text)) {
        const found = { start, end, put };
        this.#foundBy.set(found, place);
        all.push(found);
      }
    return this.#findings.length > 1 && all.length > 1 ? this.#ordered(all) : all;
  }

  note(found: FoundText): void {
    const place = this.#foundBy.get(found);
    if (place === undefined) return;
    this.#hits.add(place);
    if (this.#findings.some((one) => one.place === place && one.isBlocking)) this.isStopped = true;
  }

  /** So much more has come, of the text that is known by `of`. */
  count(text: string, of: object = this): void {
    this.onText?.(text, of);
    if (this.#limits.length === 0) return;
    this.#characters += text.length;
    for (const { place, most, isBlocking } of this.#limits) {
      if (this.#characters <= most) continue;
      this.#hits.add(place);
      if (isBlocking) this.isStopped = true;
    }
  }

  /** In the order of the text. Of two that overlap and are both put something in their place, the first takes the other's place, too. */
  #ordered(all: readonly FoundText[]): readonly FoundText[] {
    const ordered: FoundText[] = [];
    let put: FoundText | null = null;
    for (const found of all.toSorted((left, right) => left.start - right.start || right.end - left.end)) {
      if (found.put !== null && put !== null && found.start < put.end) {
        // It is noted all the same.
        ordered.push(this.#unchanging(found, Math.min(found.end, put.end)));
        if (found.end <= put.end) continue;
        ordered.push((put = this.#as({ ...found, start: put.end, put: "" }, found)));
        continue;
      }
      ordered.push(found);
      if (found.put !== null) put = found;
    }
    return ordered.toSorted((left, right) => left.start - right.start);
  }

  #unchanging(found: FoundText, end: number): FoundText {
    return this.#as({ start: found.start, end, put: null }, found);
  }

  #as(one: FoundText, found: FoundText): FoundText {
    const place = this.#foundBy.get(found);
    if (place !== undefined) this.#foundBy.set(one, place);
    return one;
  }
}

function findingOf({ check, action, replacement, place }: Guardrail & { check: TextCheck; place: number }): Finding {
  return {
    ...{ place, find: finderOf(check), isBlocking: action === "block" },
    put: action === "redact" ? replacement : null,
  };
}

function limitsOf({ check, action }: Guardrail, place: number): readonly Limit[] {
  if (check.kind !== "size") return [];
  return [{ place, most: mostCharacters(check), isBlocking: action === "block" }];
}

function mostCharacters({ unit, most }: SizeCheck): number {
  return unit === "tokens" ? most * charactersPerToken : most;
}
