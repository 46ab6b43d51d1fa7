// Clients of most dialects have no place for the seals of other vendors' thoughts, and some drop what they are told. A vendor
// that seals its thoughts wants them back with the results of the calls they led to: so they are kept by the ids of the calls,
// and put back where the client's history lacks them. Who keeps them, and for how long, is the gateway's business.

import type { ChatEvent, ChatRequest, ChatResult, Message, Part, ReasoningPart, Seal, ToolCallPart } from "#hub.ts";
import { eventsOf } from "#dialects/streams/result-events.ts";

/** What a model thought before it called tools, and how it sealed the calls. */
export interface SealedTurn {
  /** The dialect of the vendor. */
  readonly by: string;
  readonly reasoning: readonly ReasoningPart[];
  readonly signatures: Readonly<Record<string, Seal>>;
  /** It has no seal, but its vendor wants it back: only vendors that do are sent it. */
  readonly isUnsealed?: true;
}

export interface SealMemory {
  /** By the id of any call of the turn. */
  find(callId: string): SealedTurn | undefined;
  keep(callIds: readonly string[], turn: SealedTurn): void;
}

/** Longer thoughts are not kept: the client is then on its own. */
const maxKeptCharacters = 256 * 1024;

/** Some dialects allow fewer letters in ids than others: all ways to write an id have one name here. */
function nameOf(callId: string): string {
  return callId.replaceAll(/[^a-zA-Z0-9]/g, "_");
}

/** Watches the events of one answer, of whose first choice a turn is made. */
export class TurnCollector {
  readonly #memory: SealMemory;
  readonly #unsealedBy: string | null;
  readonly #reasoning: ReasoningPart[] = [];
  readonly #callIds: string[] = [];
  readonly #signatures: [string, Seal][] = [];
  #text = "";
  #characters = 0;
  #by: string | null = null;

  /** `unsealedBy` is the vendor's dialect where it wants thoughts back that have no seal. */
  constructor(memory: SealMemory, unsealedBy: string | null = null) {
    this.#memory = memory;
    this.#unsealedBy = unsealedBy;
  }

  watch(event: ChatEvent): void {
    if (event.kind === "end") return this.#keep();
    if (!("index" in event) || event.index !== 0) return;
    if (event.kind === "reasoning") this.#text += event.text;
    else if (event.kind === "reasoning_signature") this.#seal({ signature: event.signature }, event);
    else if (event.kind === "reasoning_encrypted") this.#seal({ encrypted: event.encrypted }, event);
    else if (event.kind === "tool_call") this.#call(event);
  }

  watchResult(result: ChatResult): void {
    for (const event of eventsOf(result)) this.watch(event);
  }

  #seal(
    seal: Pick<ReasoningPart, "signature" | "encrypted">,
    { extras }: Extract<ChatEvent, { kind: "reasoning_signature" | "reasoning_encrypted" }>,
  ): void {
    const { by, value } = seal.signature ?? seal.encrypted ?? { by: null, value: "" };
    this.#by = by;
    this.#characters += this.#text.length + value.length;
    this.#reasoning.push({ kind: "reasoning", text: this.#text, ...seal, ...(extras && { extras }) });
    this.#text = "";
  }

  #call({ id, signature }: Extract<ChatEvent, { kind: "tool_call" }>): void {
    this.#callIds.push(nameOf(id));
    if (signature === undefined) return;
    this.#by = signature.by;
    this.#characters += signature.value.length;
    this.#signatures.push([nameOf(id), signature]);
  }

  #keep(): void {
    if (this.#by === null && this.#unsealedBy !== null) return this.#keepUnsealed(this.#unsealedBy);
    if (this.#by === null || this.#callIds.length === 0 || this.#characters > maxKeptCharacters) return;
    const signatures = Object.fromEntries(this.#signatures);
    this.#memory.keep(this.#callIds, { by: this.#by, reasoning: this.#reasoning, signatures });
  }

  #keepUnsealed(by: string): void {
    const text = this.#text;
    if (text === "" || this.#callIds.length === 0 || text.length > maxKeptCharacters) return;
    const reasoning = [{ kind: "reasoning", text } as const];
    this.#memory.keep(this.#callIds, { by, reasoning, signatures: {}, isUnsealed: true });
  }
}

/** Where a request goes: to a vendor of a dialect, which may want thoughts back that have no seal. */
export interface TurnTarget {
  readonly dialect: string;
  readonly wantsUnsealed: boolean;
}

/** The request with the thoughts and seals that its client dropped, as far as they are the target's dialect's own. */
export function restoreTurns(request: ChatRequest, target: TurnTarget, memory: SealMemory): ChatRequest {
  let isChanged = false;
  const messages = request.messages.map((message) => {
    const restored = restoreTurn(message, target, memory);
    isChanged ||= restored !== message;
    return restored;
  });
  return isChanged ? { ...request, messages } : request;
}

function restoreTurn(message: Message, { dialect, wantsUnsealed }: TurnTarget, memory: SealMemory): Message {
  const call = message.content.find((part) => part.kind === "tool_call");
  if (message.role !== "assistant" || call === undefined) return message;
  const turn = findTurn(memory, call.id);
  if (turn === undefined || turn.by !== dialect) return message;
  if (turn.isUnsealed) return wantsUnsealed && !isThought(message) ? withThoughts(message, turn) : message;
  const isKept = message.content.some((part) => part.kind === "reasoning" && isSealedBy(part, dialect));
  const rest = isKept ? message.content : message.content.filter(({ kind }) => kind !== "reasoning");
  const calls = rest.map((part) => (part.kind === "tool_call" ? withSignature(part, turn, dialect) : part));
  return { ...message, content: isKept ? calls : [...turn.reasoning, ...calls] };
}

/** By the id of a call in any form. */
export function findTurn(memory: SealMemory, callId: string): SealedTurn | undefined {
  return memory.find(nameOf(callId));
}

function isThought({ content }: Message): boolean {
  return content.some((part) => part.kind === "reasoning" && part.text !== "");
}

function withThoughts(message: Message, { reasoning }: SealedTurn): Message {
  return { ...message, content: [...reasoning, ...message.content.filter(({ kind }) => kind !== "reasoning")] };
}

function isSealedBy({ signature, encrypted }: ReasoningPart, dialect: string): boolean {
  return signature?.by === dialect || encrypted?.by === dialect;
}

function withSignature(call: ToolCallPart, { signatures }: SealedTurn, dialect: string): Part {
  if (call.signature?.by === dialect) return call;
  const name = nameOf(call.id);
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  return signature === undefined ? call : { ...call, signature };
}
