// An entry as it is stored, and as the rest of control reads it.

import type { Selectable } from "kysely";
import { z } from "zod";
import type { AuditLogTable } from "./tables.ts";
import type { AuditEntry, AuthorKind, FieldChange, JsonValue, Outcome } from "#domain/audit.ts";

const json: z.ZodType<JsonValue> = z.json();
const changesSchema: z.ZodType<readonly FieldChange[]> = z.array(
  z.object({ field: z.string(), before: json, after: json }),
);
const detailsSchema: z.ZodType<Readonly<Record<string, JsonValue>>> = z.record(z.string(), json);
const kindSchema: z.ZodType<AuthorKind> = z.enum([
  "admin_key",
  "session",
  "api_key",
  "scim_token",
  "configuration",
  "server",
  "anonymous",
]);
const outcomeSchema: z.ZodType<Outcome> = z.enum(["done", "refused", "failed"]);

export function toEntry(row: Selectable<AuditLogTable>): AuditEntry {
  const { object_kind: kind, object_id: id, object_name: name } = row;
  return {
    ...{ sequence: row.sequence, id: row.id, happenedAt: row.happened_at, action: row.action, hash: row.hash },
    outcome: outcomeSchema.parse(row.outcome),
    actor: {
      kind: kindSchema.parse(row.actor_kind),
      ...{ id: row.actor_id, name: row.actor_name, userId: row.actor_user_id },
    },
    object: kind === null ? null : { kind, id, name: name ?? "" },
    ...{ address: row.address, userAgent: row.user_agent, requestId: row.request_id, route: row.route },
    changes: changesSchema.parse(JSON.parse(row.changes)),
    details: detailsSchema.parse(JSON.parse(row.details)),
    ...{ salt: row.salt, personalHash: row.personal_hash, erasedIn: row.erased_in },
  };
}
