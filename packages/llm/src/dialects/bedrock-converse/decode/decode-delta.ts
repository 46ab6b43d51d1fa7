// What the blocks of a streamed answer add to it -> events: tables of one small function per member.

import { readSeal } from "#dialects/seals/seals.ts";
import type { ChatEvent } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCitation, isServed } from "./decode-content.ts";
import { dialect } from "#dialects/bedrock-converse/name.ts";

/** A tool call that has begun and has not ended. Other blocks need no memory. */
interface CallState {
  /** Its place among the calls. */
  readonly call: number;
  hasInput: boolean;
}

export interface BlockContext {
  readonly blocks: Map<unknown, CallState>;
  calls: number;
  events: ChatEvent[];
}

const index = 0;

export function beginBlock(event: JsonObject, context: BlockContext): void {
  const toolUse = memberOf(event["start"], "toolUse");
  if (!isObject(toolUse) || isServed(toolUse)) return;
  const call = context.calls;
  context.calls += 1;
  context.blocks.set(event["contentBlockIndex"], { call, hasInput: false });
  const { toolUseId, name } = toolUse;
  context.events.push({ kind: "tool_call", index, call, id: textOf(toolUseId), name: textOf(name) });
}

type DeltaReader = (value: unknown, context: BlockContext, block: unknown) => void;

const readers: Readonly<Record<string, DeltaReader>> = {
  text: (text, { events }) => tellText("text", text, events),
  reasoningContent: (value, { events }) => readThought(value, events),
  citation(value, { events }) {
    if (isObject(value)) events.push({ kind: "citation", index, citation: decodeCitation(value) });
  },
  toolUse(value, { blocks, events }, block) {
    const text = textOf(memberOf(value, "input"));
    const state = blocks.get(block);
    if (state === undefined || text === "") return;
    state.hasInput = true;
    events.push({ kind: "tool_arguments", index, call: state.call, text });
  },
};

export function readDelta({ delta, contentBlockIndex: block }: JsonObject, context: BlockContext): void {
  for (const [name, read] of Object.entries(readers)) {
    const value = memberOf(delta, name);
    if (value !== undefined) read(value, context, block);
  }
}

function readThought(value: unknown, events: ChatEvent[]): void {
  tellText("reasoning", memberOf(value, "text"), events);
  const signature = textOf(memberOf(value, "signature"));
  const encrypted = textOf(memberOf(value, "redactedContent"));
  if (signature !== "") events.push({ kind: "reasoning_signature", index, signature: readSeal(signature, dialect) });
  if (encrypted !== "") events.push({ kind: "reasoning_encrypted", index, encrypted: readSeal(encrypted, dialect) });
}

/** A call without arguments is told without any. */
export function endBlock(key: unknown, { blocks, events }: BlockContext): void {
  const state = blocks.get(key);
  if (state === undefined) return;
  blocks.delete(key);
  if (!state.hasInput) events.push({ kind: "tool_arguments", index, call: state.call, text: "{}" });
}

/** At the end of a stream: blocks that nothing has ended. */
export function endBlocks(context: BlockContext): void {
  for (const key of [...context.blocks.keys()]) endBlock(key, context);
}

function tellText(kind: "text" | "reasoning", text: unknown, events: ChatEvent[]): void {
  if (typeof text === "string" && text !== "") events.push({ kind, index, text });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
