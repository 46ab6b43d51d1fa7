// Puts the events of an answer into the order that blocks need: the arguments of a call follow it without anything in
// between. Vendors of other dialects may mix the pieces of several calls; what comes too early is held.

import type { ChatEvent } from "#hub.ts";
import { isObject, parseJson } from "#wire/json.ts";

/** What a block is made of. */
export const contentKinds: ReadonlySet<ChatEvent["kind"]> = new Set([
  ...(["text", "reasoning", "reasoning_signature", "reasoning_encrypted", "refusal", "citation"] as const),
  ...(["tool_call", "tool_arguments"] as const),
]);

/** What may be written now: content in its order, and behind it an event that is none. */
export interface Ordered {
  readonly content: readonly ChatEvent[];
  readonly other: ChatEvent | null;
}

export class CallOrder {
  readonly #contentKinds: ReadonlySet<ChatEvent["kind"]>;
  /** The call whose arguments are being told. */
  #call: number | null = null;
  #argumentsText = "";
  #held: ChatEvent[] = [];
  /** Calls that another one has followed: nothing can be added to them. */
  readonly #closed = new Set<number>();

  constructor(kinds: ReadonlySet<ChatEvent["kind"]> = contentKinds) {
    this.#contentKinds = kinds;
  }

  /** Of several choices the dialects that have blocks know the first. */
  order(event: ChatEvent): Ordered {
    if ("index" in event && event.index !== undefined && event.index !== 0) return { content: [], other: null };
    if (this.#contentKinds.has(event.kind)) return { content: this.#push(event), other: null };
    const isLast = event.kind === "finish" || event.kind === "end" || event.kind === "error";
    return { content: isLast ? this.#flush() : [], other: event };
  }

  /** What may be told now. */
  #push(event: ChatEvent): readonly ChatEvent[] {
    if (event.kind === "tool_arguments" && this.#closed.has(event.call)) return [];
    if (!this.#admit(event)) {
      this.#held.push(event);
      return [];
    }
    return this.#held.length > 0 && this.#isComplete() ? [event, ...this.#release()] : [event];
  }

  /** All that is held, since no more arguments will come. */
  #flush(): readonly ChatEvent[] {
    const events: ChatEvent[] = [];
    for (let before = -1; this.#held.length > 0 && events.length > before;) {
      before = events.length;
      this.#leaveCall();
      events.push(...this.#release());
    }
    return events;
  }

  #release(): readonly ChatEvent[] {
    return this.#held.splice(0).filter((event) => {
      if (this.#admit(event)) return true;
      this.#held.push(event);
      return false;
    });
  }

  #admit(event: ChatEvent): boolean {
    if (event.kind === "tool_arguments" && event.call === this.#call) {
      this.#argumentsText += event.text;
      return true;
    }
    if (event.kind === "tool_arguments" || (this.#call !== null && !this.#isComplete())) return false;
    if (event.kind === "tool_call") this.#enterCall(event.call);
    return true;
  }

  #enterCall(call: number): void {
    this.#leaveCall();
    this.#call = call;
    this.#argumentsText = "";
  }

  #leaveCall(): void {
    if (this.#call !== null) this.#closed.add(this.#call);
    this.#call = null;
  }

  /** Is the text an object whose end has come? */
  #isComplete(): boolean {
    const text = this.#argumentsText;
    return text.trimEnd().endsWith("}") && isObject(parseJson(text));
  }
}
