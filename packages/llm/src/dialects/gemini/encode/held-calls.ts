// Calls whose arguments come in pieces, held until they are complete: the dialect has each call in one part.

import type { ChatEvent, ToolCallPart } from "#hub.ts";
import { isObject, parseJson } from "#wire/json.ts";

type CallEvent = Extract<ChatEvent, { readonly kind: "tool_call" | "tool_arguments" }>;

interface HeldCall {
  readonly part: Omit<ToolCallPart, "argumentsText">;
  argumentsText: string;
}

/** Of one choice. */
export class HeldCalls {
  readonly #held = new Map<number, HeldCall>();

  add(event: CallEvent): void {
    if (event.kind === "tool_call") {
      const { call, id, name, signature } = event;
      const part = { kind: "tool_call", id, name, ...(signature !== undefined && { signature }) } as const;
      this.#held.set(call, { part, argumentsText: "" });
      return;
    }
    const held = this.#held.get(event.call);
    if (held !== undefined) held.argumentsText += event.text;
  }

  /** All of them, in order, if none of them waits for more: something else follows. */
  takeComplete(): readonly ToolCallPart[] {
    return [...this.#held.values()].every(isComplete) ? this.takeAll() : [];
  }

  /** Also those that were cut off. */
  takeAll(): readonly ToolCallPart[] {
    const calls = Array.from(this.#held.values(), ({ part, argumentsText }) => ({ ...part, argumentsText }));
    this.#held.clear();
    return calls;
  }
}

function isComplete({ argumentsText: text }: HeldCall): boolean {
  return text.trimEnd().endsWith("}") && isObject(parseJson(text));
}
