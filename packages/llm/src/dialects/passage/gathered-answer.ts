// A stream as the one answer that was asked for, where a vendor streams whatever it is asked: some servers know no other way.

import type { ChatEvent, ChatResult, Choice, Extras, Part, ReasoningPart, ToolCallPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { ClientDialect } from "#dialects/dialect.ts";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { StreamEncoder } from "#dialects/streams/stream-codec.ts";

type Event<Kind extends ChatEvent["kind"]> = Extract<ChatEvent, { readonly kind: Kind }>;

type Writable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** Says nothing until the end, and then all of it. */
export class GatheringEncoder implements StreamEncoder {
  readonly contentType = "application/json";
  readonly isDocument = true;
  readonly #answer = new GatheredAnswer();
  readonly #write: (result: ChatResult) => string;

  constructor(client: ClientDialect, request: ParsedRequest, elapsedMs: (() => number) | undefined) {
    this.#write = (result) => client.encodeResult(result, request, elapsedMs);
  }

  encode(event: ChatEvent): string {
    if (event.kind === "end") return this.#write(this.#answer.whole());
    this.#answer.take(event);
    return "";
  }
}

/** The events of a stream as the answer that they are together. */
export class GatheredAnswer {
  readonly #result: Writable<ChatResult> = { id: "", model: "", createdSeconds: 0, choices: [], usage: null };
  readonly #choices = new Map<number, GatheredChoice>();

  take(event: ChatEvent): void {
    if (event.kind === "start") {
      const { id, model, createdSeconds } = event;
      Object.assign(this.#result, { id, model, createdSeconds });
    } else if (event.kind === "usage") this.#result.usage = event.usage;
    else if (event.kind === "service_tier") this.#result.serviceTier = event.serviceTier;
    else if ("index" in event && event.index !== undefined) this.#choice(event.index).take(event);
    else if (event.kind === "extras") this.#result.extras = joined(this.#result.extras, event.extras);
  }

  #choice(index: number): GatheredChoice {
    let choice = this.#choices.get(index);
    if (choice === undefined) this.#choices.set(index, (choice = new GatheredChoice(index)));
    return choice;
  }

  whole(): ChatResult {
    const choices = [...this.#choices.values()].map((choice) => choice.whole());
    return { ...this.#result, choices: choices.toSorted((one, other) => one.index - other.index) };
  }
}

type Takers = { readonly [Kind in ChatEvent["kind"]]?: (choice: GatheredChoice, event: Event<Kind>) => void };

const takers: Takers = {
  text: (choice, { text }) => choice.addText("text", text),
  refusal: (choice, { text }) => choice.addText("refusal", text),
  reasoning: (choice, { text }) => choice.addText("reasoning", text),
  reasoning_signature: (choice, { signature, extras }) => choice.seal({ signature, ...(extras && { extras }) }),
  reasoning_encrypted: (choice, { encrypted, extras }) =>
    choice.parts.push({ kind: "reasoning", text: "", encrypted, ...(extras && { extras }) }),
  citation: (choice, event) => choice.cite(event),
  media: (choice, { part }) => choice.parts.push(part),
  tool_call: (choice, event) => choice.call(event),
  tool_arguments: (choice, { call, text }) => choice.addArguments(call, text),
  logprobs: (choice, { logprobs }) => choice.logprobs.push(logprobs),
  finish: (choice, { finish }) => (choice.finish = finish),
  extras: (choice, { extras }) => (choice.extras = joined(choice.extras, extras)),
};

class GatheredChoice {
  readonly parts: Writable<Part>[] = [];
  readonly logprobs: unknown[] = [];
  finish: Choice["finish"] = null;
  extras: Extras | undefined;
  readonly #index: number;
  readonly #calls = new Map<number, Writable<ToolCallPart>>();

  constructor(index: number) {
    this.#index = index;
  }

  take<Kind extends ChatEvent["kind"]>(event: Event<Kind>): void {
    takers[event.kind]?.(this, event);
  }

  /** What has been sealed is complete: what follows is another thought. */
  addText(kind: "text" | "refusal" | "reasoning", text: string): void {
    const last = this.parts.at(-1);
    const isOpen = last?.kind === kind && !("signature" in last || "encrypted" in last);
    if (isOpen) last.text += text;
    else this.parts.push({ kind, text });
  }

  seal(seal: Pick<ReasoningPart, "signature" | "extras">): void {
    const last = this.parts.at(-1);
    if (last?.kind === "reasoning" && last.signature === undefined) Object.assign(last, seal);
    else this.parts.push({ kind: "reasoning", text: "", ...seal });
  }

  cite({ citation }: Event<"citation">): void {
    const text = this.parts.findLast((part) => part.kind === "text");
    if (text === undefined) this.parts.push({ kind: "text", text: "", citations: [citation] });
    else text.citations = [...(text.citations ?? []), citation];
  }

  call({ call, id, name, signature }: Event<"tool_call">): void {
    const part: Writable<ToolCallPart> = {
      kind: "tool_call",
      id,
      name,
      argumentsText: "",
      ...(signature && { signature }),
    };
    this.#calls.set(call, part);
    this.parts.push(part);
  }

  addArguments(call: number, text: string): void {
    const part = this.#calls.get(call);
    if (part !== undefined) part.argumentsText += text;
  }

  whole(): Choice {
    const { parts: content, finish, extras } = this;
    const logprobs = this.logprobs.length === 0 ? undefined : joinLogprobs(this.logprobs);
    return { index: this.#index, content, finish, ...(logprobs && { logprobs }), ...(extras && { extras }) };
  }
}

/** In OpenAI's form: lists of tokens by what they belong to. */
function joinLogprobs(told: readonly unknown[]): Readonly<Record<string, unknown>> {
  const joinedLists: Record<string, unknown> = {};
  for (const [name, value] of told.filter(isObject).flatMap((one) => Object.entries(one))) {
    const known = joinedLists[name];
    joinedLists[name] = Array.isArray(known) && Array.isArray(value) ? [...known, ...value] : value;
  }
  return joinedLists;
}

function joined(known: Extras | undefined, more: Extras): Extras {
  return known === undefined ? more : { ...known, ...more, fields: { ...known.fields, ...more.fields } };
}
