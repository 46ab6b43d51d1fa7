// What the blocks of a streamed answer add to it -> events: tables of one small function per type of block and of delta.

import { writeJson } from "#dialects/fields/extras.ts";
import { readSeal, sealIn } from "#dialects/seals/seals.ts";
import type { ChatEvent } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCitation } from "#dialects/anthropic-messages/citations.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";

/** A block that has begun and has not ended. */
interface BlockState {
  readonly type: string;
  readonly block: JsonObject;
  /** Of a tool call: its place among the calls. */
  readonly call: number;
  /** Pieces of the input, which a vendor's own tool is not told by. */
  input: string;
  /** What deltas added to a block that has no meaning here. */
  readonly added: Record<string, unknown>;
}

export interface BlockContext {
  readonly blocks: Map<unknown, BlockState>;
  calls: number;
  events: ChatEvent[];
}

type BlockReader = (state: BlockState, events: ChatEvent[]) => void;
type DeltaReader = (delta: JsonObject, state: BlockState, events: ChatEvent[]) => void;

const index = 0;

export function beginBlock(event: JsonObject, context: BlockContext): void {
  const block = event["content_block"];
  if (!isObject(block)) return;
  const type = textOf(block["type"]);
  const state: BlockState = { type, block, call: context.calls, input: "", added: {} };
  if (type === "tool_use") context.calls += 1;
  context.blocks.set(event["index"], state);
  const begin = Object.hasOwn(beginners, type) ? beginners[type] : undefined;
  begin?.(state, context.events);
}

const beginners: Readonly<Record<string, BlockReader>> = {
  text({ block }, events) {
    tellText("text", block["text"], events);
    const citations = block["citations"];
    for (const citation of Array.isArray(citations) ? citations : []) tellCitation(citation, events);
  },
  thinking({ block }, events) {
    tellText("reasoning", block["thinking"], events);
    tellSignature(block["signature"], events);
  },
  redacted_thinking({ block }, events) {
    events.push({ kind: "reasoning_encrypted", index, encrypted: readSeal(textOf(block["data"]), dialect) });
  },
  tool_use({ block, call }, events) {
    events.push({ kind: "tool_call", index, call, id: textOf(block["id"]), name: textOf(block["name"]) });
  },
};

export function readDelta(event: JsonObject, { blocks, events }: BlockContext): void {
  const delta = event["delta"];
  const state = blocks.get(event["index"]);
  if (!isObject(delta) || state === undefined) return;
  const type = textOf(delta["type"]);
  const read = Object.hasOwn(deltaReaders, type) ? deltaReaders[type] : undefined;
  if (read !== undefined) read(delta, state, events);
  else addUnknown(delta, state);
}

const deltaReaders: Readonly<Record<string, DeltaReader>> = {
  text_delta: ({ text }, _state, events) => tellText("text", text, events),
  thinking_delta: ({ thinking }, _state, events) => tellText("reasoning", thinking, events),
  signature_delta: ({ signature }, _state, events) => tellSignature(signature, events),
  citations_delta: ({ citation }, _state, events) => tellCitation(citation, events),
  input_json_delta({ partial_json: piece }, state, events) {
    const text = textOf(piece);
    if (text === "") return;
    state.input += text;
    if (state.type === "tool_use") events.push({ kind: "tool_arguments", index, call: state.call, text });
  },
};

/** Such as the summary of a compaction, which comes in pieces. */
function addUnknown(delta: JsonObject, { added }: BlockState): void {
  for (const [key, value] of Object.entries(delta)) {
    const before = memberOf(added, key);
    if (key === "type" || key === "__proto__") continue;
    added[key] = typeof before === "string" && typeof value === "string" ? before + value : value;
  }
}

export function endBlock(key: unknown, { blocks, events }: BlockContext): void {
  const state = blocks.get(key);
  if (state === undefined) return;
  blocks.delete(key);
  const end = Object.hasOwn(enders, state.type) ? enders[state.type] : endUnknown;
  end?.(state, events);
}

const enders: Readonly<Record<string, BlockReader | undefined>> = {
  text: undefined,
  thinking: undefined,
  redacted_thinking: undefined,
  /** The input may come whole with the block, and a call without any has none. */
  tool_use({ block, call, input }, events) {
    if (input !== "") return;
    const whole = block["input"];
    events.push({
      kind: "tool_arguments",
      index,
      call,
      text: writeJson(isObject(whole) ? whole : {}, "provider_error"),
    });
  },
};

/** Calls and results of the vendor's own tools are told whole, to clients of this dialect. */
function endUnknown({ block, input, added }: BlockState, events: ChatEvent[]): void {
  const written = input === "" ? {} : { input: parseInput(input) };
  events.push({
    kind: "extras",
    index,
    extras: { dialect, fields: { content: [{ ...block, ...added, ...written }] } },
  });
}

function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** At the end of a stream: blocks that nothing has ended. */
export function endBlocks(context: BlockContext): void {
  for (const key of [...context.blocks.keys()]) endBlock(key, context);
}

function tellText(kind: "text" | "reasoning", text: unknown, events: ChatEvent[]): void {
  if (typeof text === "string" && text !== "") events.push({ kind, index, text });
}

function tellSignature(signature: unknown, events: ChatEvent[]): void {
  const seal = typeof signature === "string" && signature !== "" ? sealIn(signature, dialect) : undefined;
  if (seal !== undefined) events.push({ kind: "reasoning_signature", index, signature: seal });
}

function tellCitation(value: unknown, events: ChatEvent[]): void {
  const citation = decodeCitation(value);
  if (citation !== undefined) events.push({ kind: "citation", index, citation });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
