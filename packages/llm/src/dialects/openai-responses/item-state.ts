// Where in a streamed answer an event belongs, and what of that place was told.

import type { ChatEvent } from "#hub.ts";
import { isObject, memberOf, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** An item that has begun. */
export interface ItemState {
  /** Texts, arguments and probabilities of which something was told, by their place in the item. */
  readonly told: Set<string>;
  citations: number;
  /** The part of the thoughts that was told last. */
  lastThought: string;
  /** Its place among the calls; -1 while it was not told. */
  call: number;
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
  answerId: string;
  calls: number;
  events: ChatEvent[];
}

/** Some proxies give an item another id with each event, so that its place counts, unless another item takes it. */
export function itemOf(event: JsonObject, { items }: ItemContext): ItemState {
  const { output_index: place, item_id: id, item } = event;
  const key = typeof place === "number" ? `#${place}` : wordOf(id ?? memberOf(item, "id"));
  const known = items.get(key);
  const isTaken = isObject(item) && known?.doneId !== undefined && known.doneId !== (item["id"] ?? null);
  if (known !== undefined && !isTaken) return known;
  const state: ItemState = {
    told: new Set(),
    citations: 0,
    lastThought: "",
    call: -1,
    input: "",
    isCustom: false,
    doneId: undefined,
  };
  items.set(key, state);
  return state;
}
