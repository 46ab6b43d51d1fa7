// An entry as the outside is told of it. Whoever keeps these events elsewhere has the chain elsewhere: what is changed here later differs.

import type { AuditLogTable } from "./tables.ts";
import { draftEvent, type EventDraft } from "#domain/event.ts";
import { toEntry } from "./audit-row.ts";

export function auditEvent(row: AuditLogTable): EventDraft {
  const { sequence, id, happenedAt, action, outcome, actor, object, changes, details, hash, salt, ...from } =
    toEntry(row);
  return draftEvent(
    "audit.entry",
    { happenedAt, userId: actor.userId },
    {
      ...{ log: "audit", entry_id: id, place: sequence, action, outcome },
      actor: { kind: actor.kind, id: actor.id, name: actor.name, user_id: actor.userId },
      object: object && { ...object },
      ...{ address: from.address, user_agent: from.userAgent, request_id: from.requestId, route: from.route },
      changes: changes.map((change) => ({ ...change })),
      details: { ...details },
      ...{ hash, salt },
    },
  );
}
