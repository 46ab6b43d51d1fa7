// The parts of an answer of another dialect -> its items here, each with an id that is the same whenever it is written.

import type { Part, RefusalPart, TextPart, ToolCallPart } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCitation } from "#dialects/openai-responses/citations.ts";
import { encodeMadeImage } from "#dialects/openai-responses/made-image.ts";
import { callItem, messageItem, reasoningItem, signatureItem, textContent } from "./output-items.ts";
import { sealOf } from "#dialects/openai-responses/reasoning.ts";
import type { ToolNames } from "#dialects/openai-responses/tool-names.ts";

export interface OutputContext {
  readonly names: ToolNames;
  /** Of all ids. */
  readonly ending: string;
  /** Of the last item, at which the answer may have been cut off. */
  readonly lastStatus: string;
  /** Of all texts: they stand with the first. */
  readonly logprobs: readonly JsonObject[];
}

type SaidPart = TextPart | RefusalPart;

export function encodeOutput(parts: readonly Part[], context: OutputContext): readonly JsonObject[] {
  const list = new OutputList(context);
  for (const part of parts) list.add(part);
  return list.finish();
}

class OutputList {
  readonly #context: OutputContext;
  readonly #items: JsonObject[] = [];
  #logprobs: readonly JsonObject[];
  /** Texts that follow one another are of one message. */
  #said: SaidPart[] = [];

  constructor(context: OutputContext) {
    this.#context = context;
    this.#logprobs = context.logprobs;
  }

  add(part: Part): void {
    if (part.kind === "text" || part.kind === "refusal") {
      if (part.text !== "") this.#said.push(part);
      return;
    }
    this.#endMessage();
    if (part.kind === "reasoning") this.#items.push(reasoningItem(this.#id("rs"), part.text, sealOf(part)));
    else if (part.kind === "tool_call") this.#addCall(part);
    else if (part.kind === "image") this.#push(encodeMadeImage(part, this.#id("ig")));
  }

  finish(): readonly JsonObject[] {
    this.#endMessage();
    const last = this.#items.at(-1);
    if (last === undefined || !("status" in last)) return this.#items;
    return [...this.#items.slice(0, -1), { ...last, status: this.#context.lastStatus }];
  }

  #addCall(call: ToolCallPart): void {
    this.#push(signatureItem(this.#id("rs"), call));
    const { id: callId, name, argumentsText } = call;
    const told = { itemId: this.#id("fc"), status: "completed", callId, name, argumentsText };
    this.#items.push(callItem(told, this.#context.names));
  }

  #endMessage(): void {
    if (this.#said.length === 0) return;
    const content = this.#said.splice(0).map((part) => this.#encodeSaid(part));
    this.#items.push(messageItem(this.#id("msg"), "completed", content));
  }

  #encodeSaid(part: SaidPart): JsonObject {
    if (part.kind === "refusal") return { type: "refusal", refusal: part.text };
    const logprobs = this.#logprobs;
    this.#logprobs = [];
    return textContent(part.text, (part.citations ?? []).map(encodeCitation), logprobs);
  }

  #push(item: JsonObject | undefined): void {
    if (item !== undefined) this.#items.push(item);
  }

  #id(prefix: string): string {
    return `${prefix}_${this.#context.ending}_${this.#items.length}`;
  }
}
