// What the items of a streamed answer add to it -> events: tables of one small function per type. Vendors tell everything
// twice, in pieces and whole; some leave the pieces out. What was told is not told again.

import { readSeal } from "#dialects/seals.ts";
import { isObject, memberOf, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCitation } from "./citations.ts";
import { callId } from "./decode-result.ts";
import type { ItemContext, ItemState } from "./item-state.ts";
import { logprobsIn } from "./logprobs.ts";
import { decodeMadeImage } from "./made-image.ts";
import { dialect } from "./name.ts";
import { decodeSeal, partSeparator } from "./reasoning.ts";
import { writeInput } from "./tool-calls.ts";

const index = 0;

/** A piece of a text. */
export function tellText(text: unknown, place: string, item: ItemState, { events, types }: ItemContext): void {
  if (typeof text !== "string" || text === "") return;
  item.told.add(place);
  types.add("message");
  events.push({ kind: "text", index, text });
}

export function tellRefusal(text: unknown, place: string, item: ItemState, { events, types }: ItemContext): void {
  if (typeof text !== "string" || text === "") return;
  item.told.add(place);
  types.add("message");
  events.push({ kind: "refusal", index, text });
}

export function tellThought(text: unknown, place: string, item: ItemState, { events, types }: ItemContext): void {
  if (typeof text !== "string" || text === "") return;
  item.told.add(place);
  types.add("reasoning");
  const isNext = item.lastThought !== "" && item.lastThought !== place;
  item.lastThought = place;
  events.push({ kind: "reasoning", index, text: isNext ? partSeparator + text : text });
}

export function tellLogprobs(value: unknown, place: string, item: ItemState, { events }: ItemContext): void {
  const content = logprobsIn(value);
  if (content === undefined) return;
  item.told.add(`logprobs ${place}`);
  events.push({ kind: "logprobs", index, logprobs: { content } });
}

export function tellArguments(text: unknown, item: ItemState, { events }: ItemContext): void {
  if (typeof text !== "string" || text === "" || item.call < 0) return;
  item.told.add("arguments");
  events.push({ kind: "tool_arguments", index, call: item.call, text });
}

export function tellCitation(value: unknown, item: ItemState, { events }: ItemContext): void {
  const citation = decodeCitation(value);
  item.citations += 1;
  if (citation !== undefined) events.push({ kind: "citation", index, citation });
}

/** A call is told as soon as its name is known. */
export function beginItem(value: unknown, item: ItemState, context: ItemContext): void {
  const type = memberOf(value, "type");
  if ((type !== "function_call" && type !== "custom_tool_call") || item.call >= 0) return;
  const id = memberOf(value, "call_id");
  const name = memberOf(value, "name");
  item.call = context.calls;
  item.isCustom = type === "custom_tool_call";
  context.calls += 1;
  context.types.add(type);
  context.events.push({
    kind: "tool_call",
    index,
    call: item.call,
    id: typeof id === "string" && id !== "" ? id : callId(context.answerId, item.call),
    name: typeof name === "string" ? name : "",
  });
}

type ItemReader = (value: JsonObject, item: ItemState, context: ItemContext) => void;

/** The whole item has come. */
export function endItem(value: unknown, item: ItemState, context: ItemContext): void {
  if (!isObject(value) || item.doneId !== undefined) return;
  item.doneId = value["id"] ?? null;
  const type = wordOf(value["type"]);
  context.types.add(type);
  const end = Object.hasOwn(enders, type) ? enders[type] : keepItem;
  end?.(value, item, context);
}

const enders: Readonly<Record<string, ItemReader>> = {
  message({ content }, item, context) {
    forEachIn(content, (part, place) => endPart(part, place, item, context));
    const annotations = listOf(content).flatMap((part) => listOf(memberOf(part, "annotations")));
    for (const annotation of annotations.slice(item.citations)) tellCitation(annotation, item, context);
  },
  reasoning({ summary, content, id, encrypted_content: encrypted }, item, context) {
    forEachIn(summary, (part, place) =>
      unlessTold(`summary ${place}`, memberOf(part, "text"), tellThought, item, context),
    );
    forEachIn(content, (part, place) =>
      unlessTold(`content ${place}`, memberOf(part, "text"), tellThought, item, context),
    );
    if (typeof encrypted === "string" && encrypted !== "") tellSeal(encrypted, id, context);
  },
  function_call(value, item, context) {
    beginItem(value, item, context);
    if (!item.told.has("arguments")) tellArguments(value["arguments"], item, context);
  },
  custom_tool_call(value, item, context) {
    beginItem(value, item, context);
    if (typeof value["input"] === "string") item.input = value["input"];
    endInput(item, context);
  },
};

/** What a custom tool was given is whole, or nothing more of it comes. */
export function endInput(item: ItemState, context: ItemContext): void {
  if (item.isCustom && !item.told.has("arguments")) tellArguments(writeInput(item.input), item, context);
}

/** A part of a message is whole. */
export function endPart(part: unknown, place: number, item: ItemState, context: ItemContext): void {
  const key = `content ${place}`;
  const type = memberOf(part, "type");
  if (type === "output_text") {
    unlessTold(key, memberOf(part, "text"), tellText, item, context);
    if (!item.told.has(`logprobs ${key}`)) tellLogprobs(memberOf(part, "logprobs"), key, item, context);
  } else if (type === "refusal") {
    unlessTold(key, memberOf(part, "refusal"), tellRefusal, item, context);
  }
}

type Teller = (text: unknown, place: string, item: ItemState, context: ItemContext) => void;

/** A text that is whole, of which nothing was told yet. */
export function unlessTold(place: string, text: unknown, tell: Teller, item: ItemState, context: ItemContext): void {
  if (!item.told.has(place)) tell(text, place, item, context);
}

function tellSeal(encrypted: string, id: unknown, { events }: ItemContext): void {
  const sealed = decodeSeal(readSeal(encrypted, dialect));
  if (!("encrypted" in sealed) || sealed.encrypted === undefined) return;
  const spelling = { ...(id !== undefined && { id }) };
  events.push({
    kind: "reasoning_encrypted",
    index,
    encrypted: sealed.encrypted,
    extras: { dialect, fields: {}, spelling },
  });
}

/** An image that was made, or an item that only the vendor's own clients know, which is told to them. */
function keepItem(value: JsonObject, _item: ItemState, { events }: ItemContext): void {
  const part = decodeMadeImage(value);
  if (part !== undefined) events.push({ kind: "media", index, part });
  else events.push({ kind: "extras", index, extras: { dialect, fields: { output: [value] } } });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function forEachIn(value: unknown, read: (part: unknown, place: number) => void): void {
  listOf(value).forEach(read);
}
