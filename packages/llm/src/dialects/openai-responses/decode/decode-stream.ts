// A vendor's stream of events -> events of the hub: a table of one small function per type over a plain state.
// decode-item.ts reads what an item adds to an answer. https://platform.openai.com/docs/api-reference/responses-streaming

import { breakOff, FrameDecoder } from "#dialects/streams/frame-decoder.ts";
import type { DecoderState } from "#dialects/streams/frame-decoder.ts";
import { countOf, isObject, memberOf, parseJson, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import * as items from "./decode-item.ts";
import { readFailure } from "#dialects/openai-responses/failure.ts";
import type { Failure } from "#dialects/openai-responses/failure.ts";
import { decodeFinish } from "#dialects/openai-responses/finish.ts";
import { callOf, itemOf } from "./item-state.ts";
import type { ItemContext } from "./item-state.ts";
import { ToldTexts } from "./told-texts.ts";
import type { Level } from "./told-texts.ts";
import { readUsageOf } from "#dialects/openai-responses/usage.ts";

interface StreamState extends ItemContext, DecoderState {
  isStarted: boolean;
}

export function createStreamDecoder(fallbackId = ""): FrameDecoder<StreamState> {
  const told = { texts: new ToldTexts(), citations: new Set<string>(), types: new Set<string>() };
  const context = {
    ...told,
    items: new Map(),
    byCall: new Map(),
    lastCall: null,
    answerId: fallbackId,
    calls: 0,
    events: [],
  };
  // Only the last event tells that an answer has ended.
  return new FrameDecoder<StreamState>(
    { ...context, isStarted: false, isOver: false },
    { readData, isWhole: () => false, end: breakOff },
  );
}

/** The mark of the other dialect, which some servers add, says nothing: an answer has ended before it or is cut off. */
function readData(data: string, state: StreamState): void {
  if (data !== "[DONE]") readEvent(data, state);
}

function readEvent(data: string, state: StreamState): void {
  const event = parseJson(data);
  if (!isObject(event)) return fail(state, { message: "The vendor sent an event that is no JSON object." });
  const type = wordOf(event["type"] ?? event["object"]);
  if (type === "error" || (memberOf(event, "error") && type !== "response")) return fail(state, readFailure(event));
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  read?.(event, state);
}

type EventReader = (event: JsonObject, state: StreamState) => void;

/** Progress of the vendor's own tools is not told: their items are, when they are done. */
const readers: Readonly<Record<string, EventReader>> = {
  "response.created": ({ response }, state) => readStart(response, state),
  "response.queued": ({ response }, state) => readStart(response, state),
  "response.in_progress": ({ response }, state) => readStart(response, state),
  "response.output_item.added": (event, state) => items.beginItem(event["item"], itemOf(event, state), state),
  "response.output_item.done": (event, state) => items.endItem(event["item"], itemOf(event, state), state),
  "response.content_part.done": (event, state) => readPart(event, event["part"], "part", state),
  "response.output_text.delta"(event, state) {
    const item = itemOf(event, state);
    items.tellText(event["delta"], contentOf(event), item, state);
    items.tellLogprobs(event["logprobs"], contentOf(event), item, state);
  },
  "response.output_text.done"(event, state) {
    readPart(event, { type: "output_text", text: event["text"], logprobs: event["logprobs"] }, "text", state);
  },
  "response.output_text.annotation.added"(event, state) {
    items.tellCitation(event["annotation"], state);
  },
  "response.refusal.delta"(event, state) {
    items.tellRefusal(event["delta"], contentOf(event), itemOf(event, state), state);
  },
  "response.refusal.done"(event, state) {
    readPart(event, { type: "refusal", refusal: event["refusal"] }, "text", state);
  },
  "response.reasoning_summary_text.delta": (event, state) =>
    readThought(event, event["delta"], summaryOf(event), state),
  "response.reasoning_summary_text.done": (event, state) =>
    endThought(event, event["text"], ["text", summaryOf(event)], state),
  "response.reasoning_summary_part.done"(event, state) {
    endThought(event, memberOf(event["part"], "text"), ["part", summaryOf(event)], state);
  },
  "response.reasoning_text.delta": (event, state) => readThought(event, event["delta"], contentOf(event), state),
  "response.reasoning_text.done": (event, state) => endThought(event, event["text"], ["text", contentOf(event)], state),
  "response.function_call_arguments.delta"(event, state) {
    items.tellArguments(event["delta"], callOf(event, state), state);
  },
  "response.function_call_arguments.done"(event, state) {
    const item = callOf(event, state);
    if (!item.told.has("arguments")) items.tellArguments(event["arguments"], item, state);
  },
  "response.custom_tool_call_input.delta"(event, state) {
    const { delta } = event;
    if (typeof delta === "string") callOf(event, state).input += delta;
  },
  "response.custom_tool_call_input.done"(event, state) {
    const item = callOf(event, state);
    if (typeof event["input"] === "string") item.input = event["input"];
    items.endInput(item, state);
  },
  "response.completed": ({ response }, state) => end(response, state),
  "response.incomplete": ({ response }, state) => end(response, state),
  "response.failed": ({ response }, state) => fail(state, readFailure(response)),
  /** A vendor that does not stream sends the whole answer at once. */
  response: (event, state) => (event["status"] === "failed" ? fail(state, readFailure(event)) : end(event, state)),
};

function contentOf({ content_index: place = 0 }: JsonObject): string {
  return `content ${wordOf(place)}`;
}

function summaryOf({ summary_index: place = 0 }: JsonObject): string {
  return `summary ${wordOf(place)}`;
}

function readPart(event: JsonObject, part: unknown, level: Level, state: StreamState): void {
  const { content_index: place } = event;
  items.endPart(part, typeof place === "number" ? place : 0, { item: itemOf(event, state), level }, state);
}

function readThought(event: JsonObject, text: unknown, place: string, state: StreamState): void {
  items.tellThought(text, place, itemOf(event, state), state);
}

function endThought(
  event: JsonObject,
  text: unknown,
  [level, place]: readonly [Level, string],
  state: StreamState,
): void {
  items.tellWhole("reasoning", level, text, { place, item: itemOf(event, state) }, state);
}

/** Told twice it says nothing new. */
function readStart(response: unknown, state: StreamState): void {
  if (!isObject(response) || state.isStarted) return;
  state.isStarted = true;
  const { id, model, created_at: created } = response;
  const told = { id: typeof id === "string" ? id : "", model: typeof model === "string" ? model : "" };
  state.answerId = told.id || state.answerId;
  state.events.push({ kind: "start", ...told, createdSeconds: countOf(created) });
}

/** Its output holds all items once more, of which most were told. They need not be numbered as they were before. */
function end(response: unknown, state: StreamState): void {
  readStart(response, state);
  const output = memberOf(response, "output");
  const types = new Set(state.types);
  (Array.isArray(output) ? output : []).forEach((item: unknown, place) => {
    const type = wordOf(memberOf(item, "type"));
    // Texts are known by what they say; of other items those count of whose type nothing was told.
    const isText = type === "message" || (type === "reasoning" && !memberOf(item, "encrypted_content"));
    if (isText || !types.has(type)) items.endItem(item, itemOf({ item_id: `end ${place}` }, state), state, "answer");
  });
  for (const item of state.items.values()) items.endInput(item, state);
  const reason = memberOf(memberOf(response, "incomplete_details"), "reason");
  if (memberOf(response, "status") === "incomplete" && typeof reason !== "string")
    return fail(state, { message: "The vendor's answer is incomplete, and it does not say why." });
  const { events } = state;
  const usage = readUsageOf(response);
  const serviceTier = memberOf(response, "service_tier");
  const finish = decodeFinish(response, state.calls > 0) ?? (state.calls > 0 ? "tool_calls" : "stop");
  if (typeof serviceTier === "string" && serviceTier !== "") events.push({ kind: "service_tier", serviceTier });
  events.push({ kind: "finish", index: 0, finish });
  if (usage !== null) events.push({ kind: "usage", usage });
  events.push({ kind: "end" });
  state.isOver = true;
}

function fail(state: StreamState, failure: Failure): void {
  state.events.push({ kind: "error", ...failure });
  state.isOver = true;
}
