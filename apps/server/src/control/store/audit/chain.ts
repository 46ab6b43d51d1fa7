// What makes one chain of the entries: whoever changes, removes or reorders one must change the hashes of all behind it. What may tell
// who somebody is has a hash of its own, with a salt: when that is gone, so is he, and the chain stays.

import { createHash } from "node:crypto";
import type { AuditLogTable } from "./tables.ts";

/** All that an entry says, in this order for ever: texts as they are stored, so that nothing depends on how they are read. */
const said = [
  ...(["sequence", "id", "happened_at", "action", "outcome"] as const),
  ...(["actor_kind", "actor_id", "actor_name", "actor_user_id"] as const),
  ...(["object_kind", "object_id", "object_name"] as const),
  ...(["address", "user_agent", "request_id", "route", "changes", "details"] as const),
] satisfies readonly (keyof AuditLogTable)[];

/** Of these, what may tell who somebody is. */
const personal = ["actor_name", "object_name", "address", "user_agent", "changes", "details"] as const;

const lasting = said.filter((column) => !personal.some((one) => one === column));

export type Personal = Pick<AuditLogTable, (typeof personal)[number]>;
export type Unchained = Omit<AuditLogTable, "hash">;

export function hashOf(previous: string, row: Unchained): string {
  const personalHash = row.erased_in === null ? personalHashOf(row) : row.personal_hash;
  // Entries from before there were salts.
  if (personalHash === null) return sha256([previous, ...said.map((column) => row[column])]);
  return sha256([previous, ...lasting.map((column) => row[column]), personalHash]);
}

/** Null where there is no salt: nobody could tell that a guess is wrong. */
export function personalHashOf(row: Personal & Pick<AuditLogTable, "salt">): string | null {
  return row.salt === null ? null : sha256([row.salt, ...personal.map((column) => row[column])]);
}

/** Of what is left of an entry from which somebody was erased. */
export function digestOf(row: Pick<AuditLogTable, (typeof said)[number]>): string {
  return sha256(said.map((column) => row[column]));
}

export function chained(previous: string, rows: readonly Unchained[]): readonly AuditLogTable[] {
  let last = previous;
  return rows.map((row) => {
    last = hashOf(last, row);
    return { ...row, hash: last };
  });
}

function sha256(values: readonly (string | number | null)[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex");
}
