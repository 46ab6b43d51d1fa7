// What is gathered along a request for the answer to why it went as it did: its record has it as one field. Called along the flow.
// Invariant: what no choice was made about is not in it, so that the ordinary request pays for a few numbers.

import type { CacheFacts, SemanticFacts, GuardrailFact, NotLedTo, PlannedName, WhyFacts } from "@ghostllm/contract";
import { isPublicName } from "@ghostllm/llm";
import type { ParsedRequest } from "@ghostllm/llm";
import { writeConsulted } from "#domain/consulted-limits.ts";
import type { Admission } from "./admit.ts";

/** Of one request. */
const mostNames = 8;
const mostNotes = 12;
const longestNote = 120;

export interface ToldOfCache {
  readonly cache: CacheFacts | null;
  readonly semantic: SemanticFacts | null;
}

/** Nothing of its kind is kept. */
export const noCacheFacts: ToldOfCache = { cache: null, semantic: null };

export class Why {
  /** Ms since the request arrived: it was read, it was admitted, the first vendor was asked. */
  #readMs = 0;
  #admittedMs = 0;
  #begunMs = 0;
  /** For a target with room. */
  #waitedMs = 0;
  /** For what was asked for its sake before a vendor was. */
  #besideMs = 0;
  /** Null as long as there is nothing: almost all have none. */
  #plans: PlannedName[] | null = null;
  #notLedTo: NotLedTo[] | null = null;
  #hedge: Exclude<WhyFacts["hedge"], undefined> | null = null;
  #continued: (readonly [afterMs: number, outcome: string])[] | null = null;
  #notes: readonly string[] | null = null;

  admitted(readMs: number, admittedMs: number): void {
    this.#readMs = readMs;
    this.#admittedMs = admittedMs;
  }

  begun(ms: number): void {
    this.#begunMs = ms;
  }

  besides(ms: number): void {
    if (this.#begunMs === 0) this.#besideMs += ms;
  }

  waited(ms: number): void {
    this.#waitedMs += ms;
  }

  /** Ms after it was asked the first target had not begun to answer, and what came of that. */
  hedged(ms: number, outcome: string): void {
    this.#hedge = [Math.round(ms), outcome];
  }

  /** Ms after it arrived its answer had broken off, and what came of having somebody go on with it. */
  continued(afterMs: number, outcome: string): void {
    this.#continued = [...(this.#continued ?? []), [Math.round(afterMs), outcome]];
  }

  /** Null: there was nothing to choose. */
  plan(planned: PlannedName | null): void {
    if (planned === null) return;
    this.#plans ??= [];
    if (this.#plans.length < mostNames) this.#plans.push(planned);
  }

  /** The last one. */
  get planned(): PlannedName | null {
    return this.#plans?.at(-1) ?? null;
  }

  /** A name that the request is not led on to. */
  leaveOut(name: string, reason: string): null {
    this.#notLedTo ??= [];
    if (this.#notLedTo.length < mostNames) this.#notLedTo.push([name, reason]);
    return null;
  }

  /** What the answer says of its request. Words that the client has made up itself are told to him alone. */
  note(notes: readonly string[], { body }: Pick<ParsedRequest, "body">): void {
    if (notes.length === 0) return;
    const told = notes.filter((note) => isPublicName(note) || !mayStandIn(body, note));
    if (told.length > 0) this.#notes = told;
  }

  /** For the record. Made for every request, and so without objects in between. */
  told(
    { consulted, counted, reservedNanos, downgraded }: Admission,
    { cache, semantic }: ToldOfCache,
    guards: readonly GuardrailFact[] | null,
  ): WhyFacts {
    const facts: { -readonly [Name in keyof WhyFacts]: WhyFacts[Name] } = { took: this.#took };
    if (this.#plans !== null) facts.plans = this.#plans;
    if (this.#notLedTo !== null) facts.notLedTo = this.#notLedTo;
    if (consulted.length > 0) facts.limits = writeConsulted(consulted, counted);
    if (this.#waitedMs > 0) facts.queued = Math.round(this.#waitedMs);
    if (this.#hedge !== null) facts.hedge = this.#hedge;
    if (this.#continued !== null) facts.continued = this.#continued;
    if (reservedNanos > 0) facts.held = reservedNanos;
    if (downgraded !== null) facts.capped = cappedOf(downgraded.refusal);
    if (cache !== null) facts.cache = cache;
    if (semantic !== null) facts.semantic = semantic;
    if (guards !== null) facts.guards = guards;
    if (this.#notes !== null) facts.notes = this.#notes.slice(0, mostNotes).map((note) => note.slice(0, longestNote));
    return facts;
  }

  get #took(): readonly number[] {
    const readUs = Math.round(this.#readMs * 1_000);
    const admittedUs = Math.round((this.#admittedMs - this.#readMs) * 1_000);
    if (this.#begunMs === 0) return [readUs, admittedUs];
    return [
      readUs,
      admittedUs,
      Math.round((this.#begunMs - this.#admittedMs - this.#waitedMs - this.#besideMs) * 1_000),
    ];
  }
}

/** Also where it may be written with escapes. */
function mayStandIn(body: Buffer, word: string): boolean {
  return body.includes(JSON.stringify(word)) || body.includes("\\u") || body.includes("\\/");
}

function cappedOf({
  scope,
  limit,
  spentNanos = 0,
  reservedNanos = 0,
}: NonNullable<Admission["downgraded"]>["refusal"]) {
  return writeConsulted([0, 4, limit, limit - spentNanos - reservedNanos], [scope]);
}
