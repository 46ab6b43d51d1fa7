// What is gathered along a request for the answer to why it went as it did: its record has it as one field. Called along the flow.
// Invariant: what no choice was made about is not in it, so that the ordinary request pays for a few numbers.

import type { NotLedTo, PlannedName, WhyFacts } from "@ghostllm/contract";

/** Of one request. */
const mostNames = 8;

export class Why {
  /** Null as long as there is nothing: almost all have none. */
  #plans: PlannedName[] | null = null;
  #notLedTo: NotLedTo[] | null = null;

  /** Null: there was nothing to choose. */
  plan(planned: PlannedName | null): void {
    if (planned === null) return;
    this.#plans ??= [];
    if (this.#plans.length < mostNames) this.#plans.push(planned);
  }

  /** A name that the request is not led on to. */
  leaveOut(name: string, reason: string): null {
    this.#notLedTo ??= [];
    if (this.#notLedTo.length < mostNames) this.#notLedTo.push([name, reason]);
    return null;
  }

  /** For the record. */
  told(): WhyFacts | null {
    const [plans, notLedTo] = [this.#plans, this.#notLedTo];
    if (plans === null && notLedTo === null) return null;
    return { ...(plans !== null && { plans }), ...(notLedTo !== null && { notLedTo }) };
  }
}
