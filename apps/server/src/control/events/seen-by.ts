// Which events somebody may see: those of the types whose objects he may read, and of his own alone where that is all he may.

import { eventTypes, isEventName, type EventName } from "@ghostllm/contract/events";
import type { EventFilter } from "#control/store/events/event-store.ts";
import type { Actor } from "#domain/access/actor.ts";
import { reach } from "#domain/access/may.ts";
import type { EventDraft } from "#domain/event.ts";

/** `names`: what he asks for; all where it is left out. */
export function eventsSeenBy(actor: Actor, names: readonly string[] | undefined): EventFilter {
  const asked = (names ?? Object.keys(eventTypes)).filter(isEventName);
  const isWhole = (name: EventName): boolean => reach(actor, eventTypes[name].permission) === "all";
  const isOwn = (name: EventName): boolean => !isWhole(name) && reach(actor, eventTypes[name].permission).length > 0;
  const own = asked.filter(isOwn);
  const { userId } = actor;
  return { names: asked.filter(isWhole), own: userId === null || own.length === 0 ? null : { userId, names: own } };
}

export function isSeen({ name, userId }: EventDraft, { names, own }: EventFilter): boolean {
  return names.includes(name) || (own !== null && own.userId === userId && own.names.includes(name));
}

export function namesIn({ names, own }: EventFilter): readonly EventName[] {
  return [...names, ...(own?.names ?? [])];
}
