// What is left of the data of an event where one person is taken out of it.

import { z } from "zod";
import type { JsonValue } from "#domain/audit.ts";
import type { Redactor } from "./redactor.ts";

export interface Event {
  readonly name: string;
  /** Does it concern him? */
  readonly isHis: boolean;
  /** JSON. */
  readonly data: string;
}

const json: z.ZodType<JsonValue> = z.json();

/** Of the event of an entry of the audit log. */
const entrySchema = z.looseObject({
  actor: z.looseObject({ id: z.string().nullable(), name: z.string(), user_id: z.string().nullable() }),
  object: z.looseObject({ id: z.string().nullable(), name: z.string() }).nullable(),
  ...{ address: z.string(), user_agent: z.string(), changes: json, details: json },
});

/** As JSON; null where it tells nothing of him. */
export function withoutPerson({ name, isHis, data: text }: Event, redactor: Redactor): string | null {
  if (!isHis && !redactor.mentions(text)) return null;
  const data = json.parse(JSON.parse(text));
  const entry = name === "audit.entry" ? entrySchema.safeParse(data).data : undefined;
  const left = entry === undefined ? redactor.data(data, isHis) : entryWithout(entry, redactor);
  const whole = JSON.stringify(left);
  return whole === JSON.stringify(data) ? null : whole;
}

function entryWithout(entry: z.output<typeof entrySchema>, redactor: Redactor): unknown {
  const { actor, object } = entry;
  const left = redactor.entry({
    ...{ actorId: actor.id, actorUserId: actor.user_id, actorName: actor.name },
    ...{ objectId: object?.id ?? null, objectName: object?.name ?? null },
    ...{ address: entry.address, userAgent: entry.user_agent, changes: entry.changes, details: entry.details },
  });
  if (left === null) return entry;
  return {
    ...entry,
    actor: { ...actor, name: left.actorName },
    object: object === null ? null : { ...object, name: left.objectName ?? "" },
    ...{ address: left.address, user_agent: left.userAgent, changes: left.changes, details: left.details },
    // By it, guesses could be tried.
    salt: null,
  };
}
