// Calls whose arguments come in pieces, held until they are complete: the dialect has each call in one part.

import type { ChatEvent, ToolCallPart } from "#hub.ts";
import { isObject, parseJson } from "#wire/json.ts";

type CallEvent = Extract<ChatEvent, { readonly kind: "tool_call" | "tool_arguments" }>;

interface HeldCall {
  readonly call: number;
  readonly part: Omit<ToolCallPart, "argumentsText">;
  argumentsText: string;
}

/** Of one choice. */
export class HeldCalls {
  #held: HeldCall[] = [];

  add(event: CallEvent): void {
    if (event.kind === "tool_call") {
      const { call, id, name, signature } = event;
      this.#held.push({
        call,
        part: { kind: "tool_call", id, name, ...(signature !== undefined && { signature }) },
        argumentsText: "",
      });
    } else {
      const held = this.#held.find(({ call }) => call === event.call);
      if (held !== undefined) held.argumentsText += event.text;
    }
  }

  /** All of them, in order, if none of them waits for more: something else follows. */
  takeComplete(): readonly ToolCallPart[] {
    const isWhole = ({ argumentsText }: HeldCall): boolean => isObject(parseJson(argumentsText));
    return this.#held.length > 0 && this.#held.every(isWhole) ? this.takeAll() : [];
  }

  /** Also those that were cut off. */
  takeAll(): readonly ToolCallPart[] {
    const calls = this.#held;
    this.#held = [];
    return calls.map(({ part, argumentsText }) => ({ ...part, argumentsText }));
  }
}
