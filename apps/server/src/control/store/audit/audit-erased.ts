// What the log says of entries from which somebody was erased: what is left of each, so that nobody else can take words out of them.

import { z } from "zod";
import type { AuditDraft } from "#domain/audit.ts";
import { deed } from "#domain/audit.ts";
import type { AuditLogTable } from "./tables.ts";

export const erasedAction = "audit.erased";

const detailsSchema = z.object({ entries: z.array(z.tuple([z.number(), z.string()])) });

/** `entries`: places, and the digests of what is left there. */
export function erasedDeed(userId: string, entries: ReadonlyMap<number, string>): AuditDraft {
  const object = { kind: "user", id: userId, name: "" };
  return deed(erasedAction, object, { details: { entries: [...entries].map(([place, digest]) => [place, digest]) } });
}

export function erasedEntries({ details }: Pick<AuditLogTable, "details">): ReadonlyMap<number, string> {
  const parsed = detailsSchema.safeParse(JSON.parse(details));
  return new Map(parsed.success ? parsed.data.entries : []);
}
