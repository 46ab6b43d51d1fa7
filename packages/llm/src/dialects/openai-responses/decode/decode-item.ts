// What the items of a streamed answer add to it -> events: tables of one small function per type. Vendors tell everything
// twice, in pieces and whole; some leave the pieces out. What was told is not told again.

import { readSeal } from "#dialects/seals/seals.ts";
import { stringifyExactly } from "#wire/exact-json.ts";
import { isObject, memberOf, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCitation } from "#dialects/openai-responses/citations.ts";
import { callId } from "./decode-result.ts";
import type { ItemContext, ItemState } from "./item-state.ts";
import { logprobsIn } from "#dialects/openai-responses/logprobs.ts";
import { decodeMadeImage } from "#dialects/openai-responses/made-image.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import { decodeSeal, partSeparator } from "#dialects/openai-responses/reasoning.ts";
import type { Level, TextKind } from "./told-texts.ts";
import { writeInput } from "#dialects/openai-responses/tool-calls.ts";

const index = 0;

/** A piece of a text. */
export function tellText(text: unknown, place: string, item: ItemState, context: ItemContext): void {
  tell("text", text, place, item, context);
}

export function tellRefusal(text: unknown, place: string, item: ItemState, context: ItemContext): void {
  tell("refusal", text, place, item, context);
}

export function tellThought(text: unknown, place: string, item: ItemState, context: ItemContext): void {
  tell("reasoning", text, place, item, context);
}

function tell(kind: TextKind, text: unknown, place: string, item: ItemState, context: ItemContext): void {
  if (typeof text !== "string" || text === "") return;
  context.texts.add(kind, text);
  push(kind, text, place, item, context);
}

function push(kind: TextKind, text: string, place: string, item: ItemState, { events, types }: ItemContext): void {
  item.told.add(place);
  types.add(kind === "reasoning" ? "reasoning" : "message");
  const isNext = kind === "reasoning" && item.lastThought !== "" && item.lastThought !== place;
  if (kind === "reasoning") item.lastThought = place;
  events.push({ kind, index, text: isNext ? partSeparator + text : text });
}

/** A text that is whole: what of it was not told yet. */
export function tellWhole(
  kind: TextKind,
  level: Level,
  text: unknown,
  { place, item }: { readonly place: string; readonly item: ItemState },
  context: ItemContext,
): void {
  if (typeof text !== "string" || text === "") return;
  const rest = context.texts.rest(kind, level, text, item.told.has(place));
  if (rest === "") return;
  context.texts.addWhole(kind, level, rest);
  push(kind, rest, place, item, context);
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

export function tellCitation(value: unknown, { events, citations }: ItemContext): void {
  const written = stringifyExactly(value) ?? "";
  if (citations.has(written)) return;
  citations.add(written);
  const citation = decodeCitation(value);
  if (citation !== undefined) events.push({ kind: "citation", index, citation });
}

/** A call is told as soon as its name is known. */
export function beginItem(value: unknown, item: ItemState, context: ItemContext): void {
  const type = memberOf(value, "type");
  if ((type !== "function_call" && type !== "custom_tool_call") || item.call >= 0) return;
  const id = memberOf(value, "call_id");
  const name = memberOf(value, "name");
  item.call = context.calls;
  item.callId = typeof id === "string" ? id : "";
  if (item.callId !== "") context.byCall.set(item.callId, item);
  context.lastCall = item;
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

type ItemReader = (value: JsonObject, item: ItemState, context: ItemContext, level: Level) => void;

/** The whole item has come. */
export function endItem(value: unknown, item: ItemState, context: ItemContext, level: Level = "item"): void {
  if (!isObject(value) || (item.doneId !== undefined && level === "item")) return;
  item.doneId = value["id"] ?? null;
  const type = wordOf(value["type"]);
  context.types.add(type);
  const end = Object.hasOwn(enders, type) ? enders[type] : keepItem;
  end?.(value, item, context, level);
}

const enders: Readonly<Record<string, ItemReader>> = {
  message({ content }, item, context, level) {
    forEachIn(content, (part, place) => endPart(part, place, { item, level }, context));
    const annotations = listOf(content).flatMap((part) => listOf(memberOf(part, "annotations")));
    for (const annotation of annotations) tellCitation(annotation, context);
  },
  reasoning({ summary, content, id, encrypted_content: encrypted }, item, context, level) {
    forEachIn(summary, (part, at) =>
      tellWhole("reasoning", level, memberOf(part, "text"), { place: `summary ${at}`, item }, context),
    );
    forEachIn(content, (part, at) =>
      tellWhole("reasoning", level, memberOf(part, "text"), { place: `content ${at}`, item }, context),
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
export function endPart(
  part: unknown,
  at: number,
  { item, level }: { readonly item: ItemState; readonly level: Level },
  context: ItemContext,
): void {
  const place = `content ${at}`;
  const type = memberOf(part, "type");
  if (type === "refusal") tellWhole("refusal", level, memberOf(part, "refusal"), { place, item }, context);
  if (type !== "output_text") return;
  tellWhole("text", level, memberOf(part, "text"), { place, item }, context);
  if (!item.told.has(`logprobs ${place}`)) tellLogprobs(memberOf(part, "logprobs"), place, item, context);
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
