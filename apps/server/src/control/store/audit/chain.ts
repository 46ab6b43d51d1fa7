// What makes one chain of the entries: whoever changes, removes or reorders one must change the hashes of all behind it.

import { createHash } from "node:crypto";
import type { AuditLogTable } from "./tables.ts";

/** All that an entry says, in this order for ever: texts as they are stored, so that nothing depends on how they are read. */
const said = [
  ...(["sequence", "id", "happened_at", "action", "outcome"] as const),
  ...(["actor_kind", "actor_id", "actor_name", "actor_user_id"] as const),
  ...(["object_kind", "object_id", "object_name"] as const),
  ...(["address", "user_agent", "request_id", "route", "changes", "details"] as const),
] satisfies readonly (keyof AuditLogTable)[];

export type Unchained = Omit<AuditLogTable, "hash">;

export function hashOf(previous: string, row: Unchained): string {
  const text = JSON.stringify([previous, ...said.map((column) => row[column])]);
  return createHash("sha256").update(text).digest("hex");
}

export function chained(previous: string, rows: readonly Unchained[]): readonly AuditLogTable[] {
  let last = previous;
  return rows.map((row) => {
    last = hashOf(last, row);
    return { ...row, hash: last };
  });
}
