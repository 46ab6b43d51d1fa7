// Where in a streamed answer an event belongs, and what of that place was told.

import type { ChatEvent } from "#hub.ts";
import { isObject, memberOf, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import type { ToldTexts } from "./told-texts.ts";

/** An item that has begun. */
export interface ItemState {
  /** Its number among the items, where it has one. */
  readonly place: unknown;
  /** Texts, arguments and probabilities of which something was told, by their place in the item. */
  readonly told: Set<string>;
  /** The part of the thoughts that was told last. */
  lastThought: string;
  /** Its place among the calls; -1 while it was not told. */
  call: number;
  callId: string;
  /** What a custom tool is given: told when it is whole, since it has to be written as JSON. */
  input: string;
  isCustom: boolean;
  /** The id it had when it was told whole; undefined while it goes on. */
  doneId: unknown;
}

export interface ItemContext {
  readonly items: Map<string, ItemState>;
  /** Types of items of which something was told. */
  readonly types: Set<string>;
  /** Calls by their ids. */
  readonly byCall: Map<string, ItemState>;
  lastCall: ItemState | null;
  readonly texts: ToldTexts;
  /** Sources that were told, each once. */
  readonly citations: Set<string>;
  answerId: string;
  calls: number;
  events: ChatEvent[];
}

/**
 * Some proxies give an item another id with each event, so that its place counts, unless another item takes it; others tell
 * neither. A call is the one of its id.
 */
export function itemOf(event: JsonObject, context: ItemContext): ItemState {
  const { output_index: place, item_id: id, item } = event;
  const called = context.byCall.get(callIdOf(item));
  if (called !== undefined && !isAnotherCall(event, called)) return called;
  const key = typeof place === "number" ? `#${place}` : wordOf(id ?? memberOf(item, "id") ?? "");
  const known = context.items.get(key);
  return known !== undefined && !isAnother(item, known) ? known : beginState(key, event, context);
}

function callIdOf(item: unknown): string {
  const id = memberOf(item, "call_id");
  return typeof id === "string" ? id : "";
}

/** Some models give several calls one id. */
function isAnotherCall({ type, output_index: place }: JsonObject, { doneId, place: before }: ItemState): boolean {
  const isElsewhere = typeof place === "number" && typeof before === "number" && place !== before;
  return doneId !== undefined && (type === "response.output_item.added" || isElsewhere);
}

function isAnother(item: unknown, { doneId, call, callId }: ItemState): boolean {
  if (!isObject(item)) return false;
  const id = item["id"] ?? null;
  const isDone = doneId !== undefined && (doneId === null || doneId !== id);
  const isCall = item["type"] === "function_call" || item["type"] === "custom_tool_call";
  return isDone || (call >= 0 && (!isCall || (callIdOf(item) !== "" && callIdOf(item) !== callId)));
}

function beginState(key: string, { item, output_index: place }: JsonObject, { items }: ItemContext): ItemState {
  const state: ItemState = {
    place,
    told: new Set(),
    lastThought: "",
    call: -1,
    callId: "",
    input: "",
    isCustom: false,
    doneId: undefined,
  };
  items.set(key, state);
  // Events that follow may name the item where this one told its place.
  const id = memberOf(item, "id");
  if (typeof id === "string" && id !== "") items.set(id, state);
  return state;
}

/** The call that an event about arguments belongs to: the one it names, or the last that began. */
export function callOf(event: JsonObject, context: ItemContext): ItemState {
  const { item_id: id } = event;
  const named = typeof id === "string" ? (context.byCall.get(id) ?? context.items.get(id)) : undefined;
  if (named !== undefined && named.call >= 0) return named;
  const placed = itemOf(event, context);
  return placed.call >= 0 ? placed : (context.lastCall ?? placed);
}
