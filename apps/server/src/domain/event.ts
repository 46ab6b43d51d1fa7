// What has happened, before it is told to the outside.

import { newId } from "@ghostllm/contract";
import { eventTypes } from "@ghostllm/contract/events";
import type { EventData, EventName } from "@ghostllm/contract/events";

export interface EventDraft {
  readonly id: string;
  readonly name: EventName;
  /** Epoch ms. */
  readonly happenedAt: number;
  readonly subject: string;
  /** Events of one key keep their order. */
  readonly partitionKey: string;
  /** Whom it concerns; null for what belongs to no user. */
  readonly userId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One that is stored. */
export interface StoredEvent extends EventDraft {
  /** Its place among all that are stored, without gaps. */
  readonly sequence: number;
}

interface Circumstances {
  readonly happenedAt: number;
  readonly userId: string | null;
  /** Where it follows from something else, so that it is the same whenever it is told. */
  readonly id?: string;
}

export function draftEvent<Name extends EventName>(
  name: Name,
  { happenedAt, userId, id = newId(happenedAt) }: Circumstances,
  data: EventData<Name>,
): EventDraft {
  const { key, subject } = eventTypes[name];
  const fields: Readonly<Record<string, unknown>> = data;
  return { id, name, happenedAt, userId, subject: String(fields[subject]), partitionKey: String(fields[key]), data };
}
