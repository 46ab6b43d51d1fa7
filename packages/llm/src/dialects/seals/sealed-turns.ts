// Clients of most dialects have no place for the seals of other vendors' thoughts, and some drop what they are told. A vendor
// that seals its thoughts wants them back with the results of the calls they led to: so they are kept by the ids of the calls,
// and put back where the client's history lacks them. Who keeps them, and for how long, is the gateway's business: it is told
// which are wanted, hands them in, and is told what is to be kept.

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

/** By the names of their calls. */
export type KnownTurns = ReadonlyMap<string, SealedTurn>;

export const noTurns: KnownTurns = new Map();

/** A turn that may be wanted back, under the names of its calls. */
export interface KeptTurn {
  readonly callNames: readonly string[];
  readonly turn: SealedTurn;
}

/** Longer thoughts are not kept: the client is then on its own. */
const maxKeptCharacters = 256 * 1024;

/** Some dialects allow fewer letters in ids than others: all ways to write an id have one name here. */
export function nameOf(callId: string): string {
  return callId.replaceAll(/[^a-zA-Z0-9]/g, "_");
}

/** Watches the events of one answer, of whose first choice a turn is made. */
export class TurnCollector {
  /** Null until the answer has ended, and where nothing of it is to be kept. */
  kept: KeptTurn | null = null;
  readonly #unsealedBy: string | null;
  readonly #reasoning: ReasoningPart[] = [];
  readonly #callNames: string[] = [];
  readonly #signatures: [string, Seal][] = [];
  #text = "";
  #characters = 0;
  #by: string | null = null;

  /** `unsealedBy` is the vendor's dialect where it wants thoughts back that have no seal. */
  constructor(unsealedBy: string | null = null) {
    this.#unsealedBy = unsealedBy;
  }

  watch(event: ChatEvent): void {
    if (event.kind === "end") this.kept ??= this.#whole();
    if (!("index" in event) || event.index !== 0) return;
    if (event.kind === "reasoning") this.#text += event.text;
    else if (event.kind === "reasoning_signature") this.#seal({ signature: event.signature }, event);
    else if (event.kind === "reasoning_encrypted") this.#seal({ encrypted: event.encrypted }, event);
    else if (event.kind === "tool_call") this.#call(event);
  }

  /** Of a whole answer. */
  static turnOf(result: ChatResult, unsealedBy: string | null): KeptTurn | null {
    const collector = new TurnCollector(unsealedBy);
    for (const event of eventsOf(result)) collector.watch(event);
    return collector.kept;
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
    this.#callNames.push(nameOf(id));
    if (signature === undefined) return;
    this.#by = signature.by;
    this.#characters += signature.value.length;
    this.#signatures.push([nameOf(id), signature]);
  }

  #whole(): KeptTurn | null {
    const callNames = this.#callNames;
    if (callNames.length === 0) return null;
    if (this.#by === null) return this.#unsealed(callNames);
    if (this.#characters > maxKeptCharacters) return null;
    const signatures = Object.fromEntries(this.#signatures);
    return { callNames, turn: { by: this.#by, reasoning: this.#reasoning, signatures } };
  }

  #unsealed(callNames: readonly string[]): KeptTurn | null {
    const [by, text] = [this.#unsealedBy, this.#text];
    if (by === null || text === "" || text.length > maxKeptCharacters) return null;
    return { callNames, turn: { by, reasoning: [{ kind: "reasoning", text }], signatures: {}, isUnsealed: true } };
  }
}

/** Where a request goes: to a vendor of a dialect, which may want thoughts back that have no seal. */
export interface TurnTarget {
  readonly dialect: string;
  readonly wantsUnsealed: boolean;
}

/** The names of the calls by which the turns of a conversation are known. */
export function turnsIn({ messages }: ChatRequest): readonly string[] {
  const calls = messages.map((message) => (message.role === "assistant" ? firstCall(message) : undefined));
  return calls.filter((call) => call !== undefined).map(({ id }) => nameOf(id));
}

function firstCall({ content }: Message): ToolCallPart | undefined {
  return content.find((part) => part.kind === "tool_call");
}

/** The request with the thoughts and seals that its client dropped, as far as they are the target's dialect's own. */
export function restoreTurns(request: ChatRequest, target: TurnTarget, turns: KnownTurns): ChatRequest {
  let isChanged = false;
  const messages = request.messages.map((message) => {
    const restored = restoreTurn(message, target, turns);
    isChanged ||= restored !== message;
    return restored;
  });
  return isChanged ? { ...request, messages } : request;
}

function restoreTurn(message: Message, { dialect, wantsUnsealed }: TurnTarget, turns: KnownTurns): Message {
  const call = firstCall(message);
  if (message.role !== "assistant" || call === undefined) return message;
  const turn = findTurn(turns, call.id);
  if (turn === undefined || turn.by !== dialect) return message;
  if (turn.isUnsealed) return wantsUnsealed && !isThought(message) ? withThoughts(message, turn) : message;
  const isKept = message.content.some((part) => part.kind === "reasoning" && isSealedBy(part, dialect));
  const rest = isKept ? message.content : message.content.filter(({ kind }) => kind !== "reasoning");
  const calls = rest.map((part) => (part.kind === "tool_call" ? withSignature(part, turn, dialect) : part));
  return { ...message, content: isKept ? calls : [...turn.reasoning, ...calls] };
}

/** By the id of a call in any form. */
function findTurn(turns: KnownTurns, callId: string): SealedTurn | undefined {
  return turns.get(nameOf(callId));
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
